//! A program outside that answers over HTTP as a test says, and keeps what it was asked.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The place that was asked, and the body of the question.
pub type Question = (String, Vec<u8>);
/// A status and a body; `None` hangs until the client goes away.
pub type Answer = Option<(u16, Vec<u8>)>;

pub struct StandIn {
    pub url: String,
    heard: Arc<Mutex<Vec<Question>>>,
}

impl StandIn {
    pub async fn new(answer: impl Fn(&Question) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let heard = Arc::<Mutex<Vec<Question>>>::default();
        let (answer, kept) = (Arc::new(answer), heard.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, kept) = (answer.clone(), kept.clone());
                tokio::spawn(async move {
                    let answer = |question: &Question| {
                        kept.lock().unwrap().push(question.clone());
                        answer(question)
                    };
                    serve(stream, answer).await;
                });
            }
        });
        Self {
            url: format!("http://127.0.0.1:{port}"),
            heard,
        }
    }

    pub fn heard(&self) -> Vec<Question> {
        self.heard.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, answer: impl Fn(&Question) -> Answer) {
    let (mut heard, mut buffer) = (Vec::new(), [0; 4096]);
    let question = loop {
        if let Some(question) = whole(&heard) {
            break question;
        }
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => heard.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    };
    let Some((status, body)) = answer(&question) else {
        while matches!(stream.read(&mut buffer).await, Ok(read) if read > 0) {}
        return;
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status} Status\r\ncontent-length: {length}\r\n\r\n");
    for part in [head.into_bytes(), body] {
        if stream.write_all(&part).await.is_err() {
            return;
        }
    }
    stream.shutdown().await.ok();
}

/// The question, once all of it has come.
fn whole(heard: &[u8]) -> Option<Question> {
    let end = heard.windows(4).position(|part| part == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&heard[..end]).expect("text");
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().expect("a number"))
    });
    let place = head.split(' ').nth(1).expect("a place").to_owned();
    let body = &heard[end + 4..];
    (body.len() >= length?).then(|| (place, body.to_vec()))
}
