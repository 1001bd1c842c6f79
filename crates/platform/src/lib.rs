//! chelal-platform
