//! Files: kept sealed beside the database, in a folder or in an S3-compatible store.
//!
//! A file is sealed in chunks under a key of its own, which stands in the sealed part of the row that names
//! the file: whoever has the folder has nothing, and a row whose key is destroyed has no file any more.
//! Both directions are streams; a file of any size needs the memory of a few chunks.
//!
//! A file is stored before the row that names it, so that a committed row always has its file. What was
//! stored and never got a row is removed: at once when the request fails ([`Pending`]), and by
//! [`Files::sweep`] when the process was killed in between.

mod chunks;
mod kept;
mod reader;
mod sealed_copy;
mod store;
mod upload;

pub use chunks::FileKey;
pub use kept::FileRow;
pub use kept::{Census, FileColumns};
pub use reader::SealedReader;
pub use store::{Files, Pending};
pub use upload::{Form, UploadedFile, receive};
