//! chelal-kernel
