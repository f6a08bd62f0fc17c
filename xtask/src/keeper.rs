//! Child processes that end with this one, however it ends.
//!
//! A keeper is a few lines of shell between us and a child. It reads a pipe whose other end
//! only this process holds: when that end closes – dropped, Ctrl-C, SIGTERM, a panic, even
//! kill -9 – the keeper stops its child by process id and removes the child's folder. It
//! leads a process group of its own, so a Ctrl-C in the terminal reaches us and not it.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, Result};

/// $1 signal that stops the server, $2 its folder, $3 the folder's owner or nothing,
/// $4 a shell script to run first, and the server's command line.
///
/// The signal is sent until the server is gone: a server that has just been started does not
/// listen to it yet. What the server printed is shown when it ends without having been asked.
const SERVER: &str = r#"
signal=$1 folder=$2 owner=$3 prepare=$4
shift 4
exec 3<&0 </dev/null
mkdir -m 700 "$folder" && { [ -z "$owner" ] || chown "$owner" "$folder"; } || exit 1
if sh -c "$prepare" >"$folder/log" 2>&1 3<&-; then
    "$@" >>"$folder/log" 2>&1 3<&- &
    server=$!
    {
        read -r _
        : >"$folder/asked"
        while kill -s "$signal" "$server" 2>/dev/null; do sleep 0.1; done
    } <&3 3<&- &
    watch=$!
    wait "$server" 2>/dev/null
    kill "$watch" 2>/dev/null
fi
[ -e "$folder/asked" ] || cat "$folder/log" >&2
rm -rf "$folder"
"#;

/// The command line to run. Its output goes where ours goes, or to the pipe we gave.
///
/// Whatever the command left running is ended with it: a frozen process takes the signal when
/// it is woken.
const COMMAND: &str = r#"
exec 3<&0 </dev/null
{ read -r _; kill -s TERM 0; kill -s CONT 0; } <&3 3<&- &
"$@" 3<&-
code=$?
trap '' TERM
kill -s TERM 0
kill -s CONT 0
exit $code
"#;

/// A child process and the pipe that keeps it alive.
pub struct Kept {
    keeper: Child,
    lifeline: Option<ChildStdin>,
}

/// How a server is started and ended.
pub struct Server<'a> {
    /// Sent again and again until the server is gone.
    pub stop_signal: &'a str,
    /// Made for the server, removed after it.
    pub folder: &'a Path,
    /// Who the folder belongs to, when that is somebody else than us.
    pub owner: Option<&'a str>,
    /// A shell script that runs before the server.
    pub prepare: &'a str,
    pub command: &'a [String],
}

impl Kept {
    pub fn server(server: &Server<'_>) -> Result<Self> {
        let mut keeper = shell(SERVER);
        keeper
            .arg(server.stop_signal)
            .arg(server.folder)
            .arg(server.owner.unwrap_or_default())
            .arg(server.prepare)
            .args(server.command)
            .current_dir("/");
        Self::start(keeper)
    }

    /// Runs `command` with its environment and folder, its output piped to us.
    pub fn piped(command: &Command) -> Result<Self> {
        let mut keeper = shell(COMMAND);
        keeper.arg(command.get_program()).args(command.get_args());
        if let Some(folder) = command.get_current_dir() {
            keeper.current_dir(folder);
        }
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => keeper.env(name, value),
                None => keeper.env_remove(name),
            };
        }
        keeper.stdout(Stdio::piped());
        Self::start(keeper)
    }

    fn start(mut keeper: Command) -> Result<Self> {
        let mut keeper = keeper
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .context("cannot start sh")?;
        let lifeline = keeper.stdin.take();
        Ok(Self { keeper, lifeline })
    }

    /// The child's output, once.
    pub fn take_output(&mut self) -> Option<std::process::ChildStdout> {
        self.keeper.stdout.take()
    }

    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.keeper.try_wait()?.is_some())
    }

    /// Waits until the child ends by itself; true when it was content.
    pub fn wait(mut self) -> Result<bool> {
        Ok(self.keeper.wait()?.success())
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.lifeline = None;
        // A keeper that cannot be waited for is gone already.
        let _ = self.keeper.wait();
    }
}

fn shell(script: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "keeper"]);
    shell
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn words(line: &[&str]) -> Vec<String> {
        line.iter().map(|word| (*word).to_owned()).collect()
    }

    fn new_folder(name: &str) -> std::path::PathBuf {
        std::env::temp_dir().join(format!("irikteu-keeper-{name}-{}", std::process::id()))
    }

    #[test]
    fn a_dropped_server_is_gone_and_so_is_its_folder() {
        let folder = new_folder("dropped");
        // The server says its process id into a fifo, which blocks us until it really runs.
        let script = "echo $$ >\"$0/fifo\"; exec tail -f /dev/null";
        let kept = Kept::server(&Server {
            stop_signal: "TERM",
            folder: &folder,
            owner: None,
            prepare: &format!("mkfifo '{}/fifo'", folder.display()),
            command: &words(&["sh", "-c", script, &folder.display().to_string()]),
        })
        .unwrap();
        while !folder.join("fifo").exists() {
            std::thread::yield_now();
        }
        let pid = std::fs::read_to_string(folder.join("fifo")).unwrap();
        assert!(is_alive(pid.trim()));

        drop(kept);

        assert!(!is_alive(pid.trim()));
        assert!(!folder.exists());
    }

    #[test]
    fn a_server_that_ends_by_itself_is_noticed() {
        let folder = new_folder("ended");
        let kept = Kept::server(&Server {
            stop_signal: "TERM",
            folder: &folder,
            owner: None,
            prepare: "true",
            command: &words(&["true"]),
        })
        .unwrap();
        kept.wait().unwrap();
        assert!(!folder.exists());
    }

    #[test]
    fn a_dropped_command_takes_what_it_started_with_it() {
        let mut command = Command::new("sh");
        command.args(["-c", "tail -f /dev/null & echo $!; tail -f /dev/null"]);
        let mut kept = Kept::piped(&command).unwrap();
        let mut output = kept.take_output().unwrap();
        let mut pid = String::new();
        let mut byte = [0];
        while output.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
            pid.push(char::from(byte[0]));
        }
        assert!(is_alive(&pid));

        drop(kept);

        // The pipe is at its end only when nobody holds the other side.
        output.read_to_string(&mut pid).unwrap();
    }

    #[test]
    fn a_command_says_whether_it_was_content() {
        assert!(Kept::piped(&Command::new("true")).unwrap().wait().unwrap());
        assert!(!Kept::piped(&Command::new("false")).unwrap().wait().unwrap());
    }

    fn is_alive(pid: &str) -> bool {
        Command::new("kill")
            .args(["-0", pid])
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .success()
    }
}
