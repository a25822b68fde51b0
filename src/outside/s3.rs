//! Files in an S3-compatible storage.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::web::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse,
    HttpResponseBody, HttpService,
};
use object_store::path::Path;
use object_store::{
    Attribute, AttributeValue, Attributes, BackoffConfig, ObjectStore, ObjectStoreExt, PutOptions,
    RetryConfig,
};

use super::storage::{Found, Storage, StorageFailure};
use crate::settings::Bucket;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The largest answer that is read: more than any picture here.
const LARGEST: u64 = 32 * 1024 * 1024;

/// A bucket, and the folder in it.
#[derive(Debug)]
pub struct S3 {
    bucket: AmazonS3,
    prefix: Path,
}

impl S3 {
    /// Sets the way to the bucket up; nothing is sent yet.
    ///
    /// # Errors
    /// What is wrong with the settings, in words.
    pub fn new(bucket: &Bucket) -> Result<Self, String> {
        let retries =
            RetryConfig { backoff: BackoffConfig::default(), max_retries: 2, retry_timeout: 2 * PATIENCE };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&bucket.name)
            .with_region(&bucket.region)
            .with_access_key_id(&bucket.key)
            .with_secret_access_key(&bucket.secret)
            // Many compatible storages delete one at a time only.
            .with_disable_bulk_delete(true)
            .with_retry(retries)
            .with_http_connector(Connector);
        if let Some(endpoint) = &bucket.endpoint {
            builder = builder
                .with_allow_http(endpoint.scheme() == "http")
                .with_endpoint(endpoint.as_str().trim_end_matches('/'));
        }
        let built = builder.build().map_err(|cause| cause.to_string())?;
        Ok(Self { bucket: built, prefix: Path::from(bucket.prefix.as_str()) })
    }

    fn place(&self, name: &str) -> Path {
        self.prefix.clone().join(name)
    }
}

fn failure(cause: &object_store::Error) -> StorageFailure {
    StorageFailure(cause.to_string())
}

impl Storage for S3 {
    fn put(
        &self,
        name: String,
        kind: &'static str,
        bytes: Vec<u8>,
    ) -> BoxFuture<'_, Result<(), StorageFailure>> {
        Box::pin(async move {
            let mut attributes = Attributes::new();
            attributes.insert(Attribute::ContentType, AttributeValue::from(kind));
            let options = PutOptions { attributes, ..PutOptions::default() };
            let place = self.place(&name);
            let put = self.bucket.put_opts(&place, bytes.into(), options);
            put.await.map(|_| ()).map_err(|cause| failure(&cause))
        })
    }

    fn get(&self, name: String) -> BoxFuture<'_, Result<Option<Found>, StorageFailure>> {
        Box::pin(async move {
            match self.bucket.get(&self.place(&name)).await {
                Ok(found) => {
                    let bytes = found.meta.size;
                    let pieces = found.into_stream().map_err(std::io::Error::other).boxed();
                    Ok(Some(Found { bytes, pieces }))
                }
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(cause) => Err(failure(&cause)),
            }
        })
    }

    fn has(&self, name: String) -> BoxFuture<'_, Result<bool, StorageFailure>> {
        Box::pin(async move {
            match self.bucket.head(&self.place(&name)).await {
                Ok(_) => Ok(true),
                Err(object_store::Error::NotFound { .. }) => Ok(false),
                Err(cause) => Err(failure(&cause)),
            }
        })
    }

    fn delete(&self, name: String) -> BoxFuture<'_, Result<(), StorageFailure>> {
        Box::pin(async move {
            match self.bucket.delete(&self.place(&name)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(cause) => Err(failure(&cause)),
            }
        })
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<String>, StorageFailure>> {
        Box::pin(async move {
            let listed = self.bucket.list_with_delimiter(Some(&self.prefix)).await;
            let found = listed.map_err(|cause| failure(&cause))?.objects.into_iter();
            Ok(found.filter_map(|object| object.location.filename().map(str::to_owned)).collect())
        })
    }
}

/// Sends what `object_store` asks for with `ureq`, which is a fraction of what it would bring along itself.
#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build();
        Ok(HttpClient::new(Sender(config.into())))
    }
}

#[derive(Debug)]
struct Sender(ureq::Agent);

impl HttpService for Sender {
    // As `async_trait` would write it.
    fn call<'a, 'b>(
        &'a self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        let agent = self.0.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            // It may stand in pieces, and only a body of the other kind puts them together.
            let bytes = HttpResponseBody::new(body).bytes().await?;
            let request = ureq::http::Request::from_parts(parts, bytes.to_vec());
            let sent = tokio::task::spawn_blocking(move || send(&agent, request)).await;
            sent.unwrap_or_else(|broken| Err(HttpError::new(HttpErrorKind::Unknown, broken)))
        })
    }
}

fn send(agent: &ureq::Agent, request: ureq::http::Request<Vec<u8>>) -> Result<HttpResponse, HttpError> {
    let is_bare = request.body().is_empty() && request.method() != "PUT";
    let answer = if is_bare { agent.run(request.map(drop)) } else { agent.run(request) };
    let (parts, mut body) = answer.map_err(|cause| HttpError::new(kind(&cause), cause))?.into_parts();
    // What answers a HEAD says how long the file is, and sends none of it.
    let read = body.with_config().limit(LARGEST).read_to_vec();
    let bytes = read.map_err(|cause| HttpError::new(HttpErrorKind::Interrupted, cause))?;
    Ok(HttpResponse::from_parts(parts, Bytes::from(bytes).into()))
}

fn kind(cause: &ureq::Error) -> HttpErrorKind {
    match cause {
        ureq::Error::Timeout(_) => HttpErrorKind::Timeout,
        ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => HttpErrorKind::Connect,
        ureq::Error::Io(_) => HttpErrorKind::Interrupted,
        _ => HttpErrorKind::Unknown,
    }
}
