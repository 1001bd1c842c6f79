//! chelal-patients
