//! An S3-compatible store, as far as keeping files goes: uploads in parts, reading a range, listing, deleting.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::http::{self, Reply, Request, Script};

/// The least that a part may have, except the last; the published limit.
const LEAST_PART: usize = 5 << 20;

#[derive(Debug, Default)]
struct Kept {
    /// By key, with the bucket before it.
    objects: BTreeMap<String, Vec<u8>>,
    /// By id: the key and the parts by number.
    uploads: BTreeMap<String, (String, BTreeMap<u32, Vec<u8>>)>,
    begun: u64,
    complaints: Vec<String>,
}

/// A stand-in for a store. Clones share what is kept.
#[derive(Debug, Clone)]
pub struct S3 {
    /// Where it listens: what `AWS_ENDPOINT` is set to.
    pub url: String,
    /// What it is told to do.
    pub script: Script,
    kept: Arc<Mutex<Kept>>,
}

impl S3 {
    /// Starts it; every bucket exists.
    pub async fn start() -> S3 {
        let (script, kept) = (Script::default(), Arc::<Mutex<Kept>>::default());
        let shared = kept.clone();
        let url = http::serve(script.clone(), move |request| {
            let mut kept = shared.lock();
            answer(&mut kept, request).unwrap_or_else(|(status, code)| {
                kept.complaints
                    .push(format!("{} {}: {code}", request.method, request.path));
                let body = format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>");
                Reply::new(status, body)
            })
        })
        .await;
        S3 { url, script, kept }
    }

    /// The objects by bucket and key.
    #[must_use]
    pub fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        self.kept.lock().objects.clone()
    }

    /// Uploads that were begun and neither completed nor aborted.
    #[must_use]
    pub fn unfinished(&self) -> usize {
        self.kept.lock().uploads.len()
    }

    /// What was wrong with requests that it refused.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.kept.lock().complaints.clone()
    }
}

type Answer = Result<Reply, (u16, &'static str)>;

fn answer(kept: &mut Kept, request: &Request) -> Answer {
    if !request
        .header("authorization")
        .starts_with("AWS4-HMAC-SHA256 Credential=")
    {
        return Err((403, "AccessDenied"));
    }
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let query: BTreeMap<String, String> = serde_urlencoded::from_str(query).unwrap_or_default();
    let key = path.trim_start_matches('/').to_owned();
    let upload = query.get("uploadId");
    match (request.method.as_str(), upload) {
        ("POST", None) if query.contains_key("uploads") => {
            kept.begun += 1;
            let id = format!("upload-{}", kept.begun);
            kept.uploads.insert(id.clone(), (key, BTreeMap::new()));
            Ok(xml(
                "InitiateMultipartUploadResult",
                &format!("<UploadId>{id}</UploadId>"),
            ))
        }
        ("PUT", Some(id)) => {
            let number = query
                .get("partNumber")
                .and_then(|number| number.parse().ok());
            let number = number.ok_or((400, "InvalidArgument"))?;
            let (_, parts) = kept.uploads.get_mut(id).ok_or((404, "NoSuchUpload"))?;
            parts.insert(number, request.body.clone());
            Ok(tagged(200, Vec::new()))
        }
        ("POST", Some(id)) => complete(kept, id),
        ("DELETE", Some(id)) => {
            kept.uploads.remove(id).ok_or((404, "NoSuchUpload"))?;
            Ok(Reply::new(204, ""))
        }
        ("POST", None) if query.contains_key("delete") => Ok(delete(kept, &key, request)),
        ("PUT", None) => {
            kept.objects.insert(key, request.body.clone());
            Ok(tagged(200, Vec::new()))
        }
        ("DELETE", None) => {
            kept.objects.remove(&key);
            Ok(Reply::new(204, ""))
        }
        ("GET", None) if query.contains_key("list-type") => Ok(list(
            kept,
            &key,
            query.get("prefix").map_or("", String::as_str),
        )),
        ("GET" | "HEAD", None) => {
            let object = kept.objects.get(&key).ok_or((404, "NoSuchKey"))?;
            read(object, request)
        }
        _ => Err((405, "MethodNotAllowed")),
    }
}

fn complete(kept: &mut Kept, id: &str) -> Answer {
    let (key, parts) = kept.uploads.remove(id).ok_or((404, "NoSuchUpload"))?;
    let last = parts.keys().max().copied();
    let small = |(number, part): (&u32, &Vec<u8>)| Some(*number) != last && part.len() < LEAST_PART;
    if parts.is_empty() || parts.iter().any(small) {
        return Err((400, "EntityTooSmall"));
    }
    kept.objects
        .insert(key, parts.into_values().flatten().collect());
    Ok(xml(
        "CompleteMultipartUploadResult",
        "<ETag>\"kept\"</ETag>",
    ))
}

/// Several keys at once, each within `<Key>`.
fn delete(kept: &mut Kept, bucket: &str, request: &Request) -> Reply {
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let keys = body
        .split("<Key>")
        .skip(1)
        .filter_map(|rest| rest.split("</Key>").next());
    let mut said = String::new();
    for key in keys {
        kept.objects
            .remove(&[bucket.trim_end_matches('/'), "/", key].concat());
        said.push_str(&format!("<Deleted><Key>{key}</Key></Deleted>"));
    }
    xml("DeleteResult", &said)
}

fn list(kept: &Kept, bucket: &str, prefix: &str) -> Reply {
    let within = [bucket.trim_end_matches('/'), "/"].concat();
    let named = kept.objects.iter().filter_map(|(key, object)| {
        let key = key.strip_prefix(&within)?;
        key.starts_with(prefix).then(|| {
            format!(
                "<Contents><Key>{key}</Key><LastModified>2020-01-01T00:00:00Z</LastModified><Size>{}</Size><ETag>\"kept\"</ETag></Contents>",
                object.len()
            )
        })
    });
    xml("ListBucketResult", &named.collect::<String>())
}

/// All of it, or what `Range: bytes=from-to` asks for.
fn read(object: &[u8], request: &Request) -> Answer {
    let Some(range) = request.header("range").strip_prefix("bytes=") else {
        return Ok(tagged(200, object.to_vec()));
    };
    let (from, to) = range.split_once('-').ok_or((416, "InvalidRange"))?;
    let from: usize = from.parse().map_err(|_| (416, "InvalidRange"))?;
    let last = object.len().checked_sub(1).ok_or((416, "InvalidRange"))?;
    let to = to.parse().map_or(last, |to: usize| to.min(last));
    let part = object.get(from..=to).ok_or((416, "InvalidRange"))?;
    let mut reply = tagged(206, part.to_vec());
    let range = format!("bytes {from}-{to}/{}", object.len());
    reply.headers.push(("Content-Range", range));
    Ok(reply)
}

fn tagged(status: u16, body: Vec<u8>) -> Reply {
    Reply {
        status,
        headers: vec![
            ("ETag", "\"kept\"".to_owned()),
            ("Last-Modified", "Wed, 01 Jan 2020 00:00:00 GMT".to_owned()),
        ],
        body,
    }
}

fn xml(root: &str, inner: &str) -> Reply {
    Reply::new(
        200,
        format!("<?xml version=\"1.0\"?><{root}>{inner}</{root}>"),
    )
}
