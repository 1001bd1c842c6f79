//! chelal-identity
