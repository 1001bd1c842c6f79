//! chelal-contracts
