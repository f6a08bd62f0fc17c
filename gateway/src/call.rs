//! Calls to the services with messages known only by their descriptors.

use std::time::Duration;

use bytes::{Buf, Bytes};
use chassis::client::Connection;
use futures_util::Stream;
use http::HeaderMap;
use prost::Message;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status, Streaming};

use crate::route::Operation;

/// A dossier with all its answers is larger than tonic's 4 MiB at most once in a campaign.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// What goes with a call beside its message.
#[derive(Clone)]
pub struct Envelope {
    /// `authorization`, `accept-language`, `traceparent`, …
    pub headers: HeaderMap,
    pub deadline: Duration,
}

impl Envelope {
    /// For the one call that nothing comes after.
    pub fn take(&mut self) -> Self {
        let headers = std::mem::take(&mut self.headers);
        Self { headers, ..*self }
    }

    fn around<T>(self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        *request.metadata_mut() = MetadataMap::from_headers(self.headers);
        request.set_timeout(self.deadline);
        request
    }
}

/// One message there, one back, as it came.
pub async fn unary(
    connection: Connection,
    operation: &Operation,
    envelope: Envelope,
    message: DynamicMessage,
) -> Result<Bytes, Status> {
    let limit = envelope.deadline;
    let request = envelope.around(message);
    let (path, codec) = (operation.path.clone(), Codecs(AsIs));
    let call = async {
        let mut client = ready(connection).await?;
        client.unary(request, path, codec).await
    };
    in_time(limit, call).await.map(Response::into_inner)
}

/// Many messages there, one back, as it came.
pub async fn upload(
    connection: Connection,
    operation: &Operation,
    envelope: Envelope,
    messages: impl Stream<Item = DynamicMessage> + Send + 'static,
) -> Result<Bytes, Status> {
    let limit = envelope.deadline;
    let request = envelope.around(messages);
    let (path, codec) = (operation.path.clone(), Codecs(AsIs));
    let call = async {
        let mut client = ready(connection).await?;
        client.client_streaming(request, path, codec).await
    };
    in_time(limit, call).await.map(Response::into_inner)
}

/// One message there, many back.
pub async fn download(
    connection: Connection,
    operation: &Operation,
    envelope: Envelope,
    message: DynamicMessage,
) -> Result<Streaming<DynamicMessage>, Status> {
    let limit = envelope.deadline;
    streaming(connection, operation, limit, envelope.around(message)).await
}

/// One message there, many back for as long as somebody listens. The deadline is only for the first
/// answer: to a service it would be for the whole stream.
pub async fn listen(
    connection: Connection,
    operation: &Operation,
    envelope: Envelope,
    message: DynamicMessage,
) -> Result<Streaming<DynamicMessage>, Status> {
    let limit = envelope.deadline;
    let mut request = Request::new(message);
    *request.metadata_mut() = MetadataMap::from_headers(envelope.headers);
    streaming(connection, operation, limit, request).await
}

async fn streaming(
    connection: Connection,
    operation: &Operation,
    limit: Duration,
    request: Request<DynamicMessage>,
) -> Result<Streaming<DynamicMessage>, Status> {
    let path = operation.path.clone();
    let codec = Codecs(ByDescriptor(operation.rpc.output()));
    let call = async {
        let mut client = ready(connection).await?;
        client.server_streaming(request, path, codec).await
    };
    in_time(limit, call).await.map(Response::into_inner)
}

async fn ready(connection: Connection) -> Result<Grpc<Connection>, Status> {
    let mut client = Grpc::new(connection).max_decoding_message_size(LARGEST_ANSWER);
    client
        .ready()
        .await
        .map_err(|error| Status::unavailable(format!("no connection: {error}")))?;
    Ok(client)
}

/// The service keeps the deadline itself; this is for one that does not answer at all.
async fn in_time<T>(
    limit: Duration,
    call: impl Future<Output = Result<T, Status>>,
) -> Result<T, Status> {
    let late = || Err(Status::deadline_exceeded("no answer in time"));
    let with_a_margin = limit + Duration::from_millis(250);
    tokio::time::timeout(with_a_margin, call)
        .await
        .unwrap_or_else(|_| late())
}

/// Encodes by descriptor; answers are decoded by what it holds.
struct Codecs<D>(D);

impl<D> Codec for Codecs<D>
where
    D: Decoder<Error = Status> + Clone + Send + 'static,
    D::Item: Send + 'static,
{
    type Encode = DynamicMessage;
    type Decode = D::Item;
    type Encoder = DynamicEncoder;
    type Decoder = D;

    fn encoder(&mut self) -> DynamicEncoder {
        DynamicEncoder
    }

    fn decoder(&mut self) -> D {
        self.0.clone()
    }
}

struct DynamicEncoder;

impl Encoder for DynamicEncoder {
    type Item = DynamicMessage;
    type Error = Status;

    fn encode(&mut self, message: DynamicMessage, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        message
            .encode(to)
            .map_err(|error| Status::internal(format!("a message was not encoded: {error}")))
    }
}

/// Answers as they came.
#[derive(Clone)]
struct AsIs;

impl Decoder for AsIs {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}

/// Answers read by their descriptor.
#[derive(Clone)]
struct ByDescriptor(MessageDescriptor);

impl Decoder for ByDescriptor {
    type Item = DynamicMessage;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<DynamicMessage>, Status> {
        DynamicMessage::decode(self.0.clone(), from)
            .map(Some)
            .map_err(|error| Status::internal(format!("an answer was not decoded: {error}")))
    }
}
