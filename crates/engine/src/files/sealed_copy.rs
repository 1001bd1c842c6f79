//! Stored files as they lie there, sealed, for backup and restore: nobody needs a key to copy them.

use std::io::Read;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::{StreamExt, TryStreamExt};
use object_store::{ObjectStoreExt, WriteMultipart};
use tokio::runtime::Handle;
use uuid::Uuid;

use super::store::{Files, IN_FLIGHT, unreachable};
use outside::settings::Settings;
use records::error::Error;

impl Files {
    /// Every stored file and its length as it lies there. What has no id for a name is not ours.
    pub fn list(&self) -> impl Stream<Item = Result<(Uuid, u64), Error>> + Send {
        self.store
            .list(None)
            .map_err(unreachable)
            .try_filter_map(|found| async move {
                let name = found.location.filename().map(Uuid::try_parse);
                Ok(name.and_then(Result::ok).map(|file| (file, found.size)))
            })
    }

    /// A file as it lies there: its length and its bytes. `None` when it is not there.
    pub async fn sealed(
        &self,
        file: Uuid,
    ) -> Result<Option<(u64, impl Stream<Item = Result<Bytes, Error>> + Send + use<>)>, Error> {
        match self.store.get(&Files::place(file)).await {
            Ok(found) => Ok(Some((
                found.meta.size,
                found.into_stream().map(|part| part.map_err(unreachable)),
            ))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(unreachable(error)),
        }
    }

    /// Stores a file as it lay elsewhere; durable when this returns. One of this name is replaced once the new
    /// one is whole. Only for threads that may block.
    pub fn put_sealed(
        &self,
        file: Uuid,
        content: &mut dyn Read,
        runtime: &Handle,
    ) -> Result<(), Error> {
        let upload = runtime.block_on(self.store.put_multipart(&Files::place(file)));
        let mut parts =
            WriteMultipart::new_with_chunk_size(upload.map_err(unreachable)?, self.part);
        match self.copy_parts(content, &mut parts, runtime) {
            Ok(()) => runtime
                .block_on(parts.finish())
                .map(drop)
                .map_err(unreachable),
            Err(error) => {
                // The first error says more.
                let _ = runtime.block_on(parts.abort());
                Err(error)
            }
        }
    }

    fn copy_parts(
        &self,
        content: &mut dyn Read,
        parts: &mut WriteMultipart,
        runtime: &Handle,
    ) -> Result<(), Error> {
        let mut buffer = vec![0; self.part.min(1 << 20)];
        loop {
            let read = content.read(&mut buffer).map_err(Error::internal)?;
            if read == 0 {
                return Ok(());
            }
            let room = runtime.block_on(parts.wait_for_capacity(IN_FLIGHT));
            room.map_err(unreachable)?;
            // Parts are started on the runtime.
            let _inside = runtime.enter();
            parts.write(&buffer[..read]);
        }
    }

    /// The same as [`Files::open`], without making a folder that is not there: it is as if it were empty.
    pub fn look(settings: &Settings) -> Result<Files, Error> {
        let folder = settings.files_path();
        if settings.files_s3.is_some() || folder.exists() {
            return Files::open(settings);
        }
        Ok(Files::nowhere(folder))
    }

    /// Where files lie, for people.
    pub fn whereabouts(&self) -> &str {
        &self.whereabouts
    }
}
