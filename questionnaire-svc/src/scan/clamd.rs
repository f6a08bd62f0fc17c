//! clamd, the daemon of ClamAV, asked over INSTREAM. Nothing but its plain "OK" makes a file clean.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

/// It is beside us or not there at all.
const CONNECT: Duration = Duration::from_secs(3);
/// What is sent at a time.
const CHUNK_BYTES: usize = 64 * 1024;
/// More than any answer has: a name of malware and a word.
const MOST_ANSWER: u64 = 1024;

/// Where clamd listens: `tcp://host:3310` or `unix:///run/clamav/clamd.ctl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    Tcp(String),
    Unix(PathBuf),
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let has_port = |host: &str| {
            host.rsplit_once(':')
                .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
        };
        match text.split_once("://") {
            Some(("tcp", host)) if has_port(host) => Ok(Self::Tcp(host.to_owned())),
            Some(("unix", path)) if path.starts_with('/') => Ok(Self::Unix(path.into())),
            _ => Err("it is tcp://host:port or unix:///path".into()),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Clamd {
    pub address: Address,
    /// For one file, from the first byte to the answer.
    pub patience: Duration,
    /// No more bytes than this are sent: clamd's StreamMaxLength or less.
    pub most: u64,
}

/// What clamd says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Clean,
    /// The name of what was found.
    Infected(String),
    /// This file could not be looked through: why.
    Failed(String),
    /// clamd can't be reached, or is not itself.
    Away(String),
}

trait Line: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Line for S {}

impl Clamd {
    /// Has a file looked through.
    pub async fn scan(&self, bytes: &Bytes) -> Answer {
        if bytes.len() as u64 > self.most {
            return Answer::Failed("larger than what is sent to the scanner".into());
        }
        let line = match self.connect().await {
            Ok(line) => line,
            Err(why) => return Answer::Away(why),
        };
        let why = match timeout(self.patience, instream(line, bytes)).await {
            Ok(Ok(answer)) => return judge(&answer),
            Ok(Err(error)) => format!("it broke off: {error}"),
            Err(_) => "no answer in time".into(),
        };
        // Whose fault it was: a file that brings down every scan must not keep the others waiting.
        match self.is_there().await {
            true => Answer::Failed(why),
            false => Answer::Away(why),
        }
    }

    /// Whether clamd answers a PING.
    pub async fn is_there(&self) -> bool {
        let ping = async {
            let mut line = self.connect().await.ok()?;
            line.write_all(b"zPING\0").await.ok()?;
            answer(&mut line).await.ok()
        };
        let said = timeout(CONNECT, ping).await;
        said.is_ok_and(|said| said.as_deref() == Some(b"PONG\0".as_slice()))
    }

    async fn connect(&self) -> Result<Box<dyn Line>, String> {
        let connecting = async {
            Ok::<Box<dyn Line>, std::io::Error>(match &self.address {
                Address::Tcp(host) => Box::new(TcpStream::connect(host).await?),
                Address::Unix(path) => Box::new(UnixStream::connect(path).await?),
            })
        };
        match timeout(CONNECT, connecting).await {
            Ok(Ok(line)) => Ok(line),
            Ok(Err(error)) => Err(format!("it can't be reached: {error}")),
            Err(_) => Err("it can't be reached in time".into()),
        }
    }
}

/// Chunks with their length before each, an empty one at the end.
async fn instream(mut line: Box<dyn Line>, bytes: &Bytes) -> std::io::Result<Vec<u8>> {
    let sent = async {
        line.write_all(b"zINSTREAM\0").await?;
        for chunk in bytes.chunks(CHUNK_BYTES) {
            let length = u32::try_from(chunk.len()).unwrap_or_default();
            line.write_all(&length.to_be_bytes()).await?;
            line.write_all(chunk).await?;
        }
        line.write_all(&0_u32.to_be_bytes()).await?;
        line.flush().await
    }
    .await;
    // clamd that had enough of a file says why and hangs up: the answer counts more than the break.
    match answer(&mut line).await {
        Ok(answer) if !answer.is_empty() => Ok(answer),
        read => sent.and(read),
    }
}

async fn answer(line: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    line.take(MOST_ANSWER).read_to_end(&mut answer).await?;
    Ok(answer)
}

/// One line, ended by a zero byte. Whatever is not known to the letter is no verdict.
fn judge(answer: &[u8]) -> Answer {
    let text = answer
        .strip_suffix(b"\0")
        .and_then(|text| std::str::from_utf8(text).ok());
    let Some(text) = text.and_then(|text| text.strip_prefix("stream: ")) else {
        let is_too_large = answer.starts_with(b"INSTREAM size limit exceeded");
        return Answer::Failed(match is_too_large {
            true => "larger than its StreamMaxLength".into(),
            false => "an answer that is none".into(),
        });
    };
    match (text, text.strip_suffix(" FOUND")) {
        ("OK", _) => Answer::Clean,
        (_, Some(name)) if is_name(name) => Answer::Infected(name.to_owned()),
        _ => Answer::Failed("an answer that is none".into()),
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_plain_word_makes_a_file_clean() {
        assert_eq!(judge(b"stream: OK\0"), Answer::Clean);
        assert_eq!(
            judge(b"stream: Win.Test.EICAR_HDB-1 FOUND\0"),
            Answer::Infected("Win.Test.EICAR_HDB-1".into())
        );
        let nothing: [&[u8]; 10] = [
            b"",
            b"\0",
            b"stream: OK",
            b"stream: OK\n",
            b"stream: OK\0stream: OK\0",
            b"stream: ok\0",
            b"OK\0",
            b"stream:  FOUND\0",
            b"stream: A B FOUND\0",
            b"INSTREAM size limit exceeded. ERROR\0",
        ];
        for answer in nothing {
            assert!(matches!(judge(answer), Answer::Failed(_)), "{answer:?}");
        }
    }

    #[test]
    fn an_address_says_how_clamd_is_reached() {
        assert_eq!(
            "tcp://clamd:3310".parse(),
            Ok(Address::Tcp("clamd:3310".into()))
        );
        assert_eq!(
            "unix:///run/clamd.ctl".parse(),
            Ok(Address::Unix("/run/clamd.ctl".into()))
        );
        for wrong in [
            "clamd:3310",
            "tcp://clamd",
            "tcp://:3310",
            "unix://clamd",
            "",
        ] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_other_answer_is_ever_a_clean_file(answer in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assume!(answer != b"stream: OK\0");
            prop_assert_ne!(judge(&answer), Answer::Clean);
        }
    }
}
