//! chelal
