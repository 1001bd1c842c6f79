//! chelal-testkit
