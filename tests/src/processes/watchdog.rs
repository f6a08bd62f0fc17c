//! Who ends the processes of a fleet when its test is killed, and how a process is told from another
//! that got its number later.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::Context;

/// $1 the fleet's folder. Waits until the other end of its input is closed – the fleet was dropped,
/// or its test ended, however – then ends every process that is noted and removes the folder.
const WATCH: &str = r#"
folder=$1
read -r _
for note in "$folder"/notes/*; do
    read -r pid start <"$note" || continue
    [ "$(cut -d ' ' -f 22 "/proc/$pid/stat" 2>/dev/null)" = "$start" ] || continue
    kill -s KILL "$pid"
    while [ "$(cut -d ' ' -f 22 "/proc/$pid/stat" 2>/dev/null)" = "$start" ] &&
          [ "$(cut -d ' ' -f 3 "/proc/$pid/stat" 2>/dev/null)" != Z ]; do sleep 0.05; done
done
rounds=0
while ! rm -rf "$folder" 2>/dev/null && [ $rounds -lt 100 ]; do sleep 0.05; rounds=$((rounds + 1)); done
"#;

/// The watch over one fleet; lets go when dropped, and returns when the folder is gone.
pub struct Watchdog {
    shell: Child,
    lifeline: Option<ChildStdin>,
}

impl Watchdog {
    pub fn over(folder: &Path) -> anyhow::Result<Self> {
        let mut shell = Command::new("sh")
            .args(["-c", WATCH, "watchdog"])
            .arg(folder)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .context("sh can't be started")?;
        let lifeline = shell.stdin.take();
        Ok(Self { shell, lifeline })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.lifeline = None;
        // One that can't be waited for is gone already.
        let _ = self.shell.wait();
    }
}

/// Notes a process: its id, and when it started.
pub fn note(file: &Path, pid: u32) -> anyhow::Result<()> {
    let start = start_of(pid).context("a process that was just started has no start time")?;
    fs::write(file, format!("{pid} {start}\n"))
        .with_context(|| format!("{} can't be written", file.display()))
}

/// A process that was noted, if it is still the same one.
pub fn noted(file: &Path) -> Option<u32> {
    let text = fs::read_to_string(file).ok()?;
    let (pid, start) = text.trim().split_once(' ')?;
    let pid = pid.parse().ok()?;
    (start_of(pid)? == start && !is_dead(pid)).then_some(pid)
}

/// All notes of a fleet's folder.
pub fn notes(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder.join("notes"))
        .into_iter()
        .flatten()
        .flatten();
    let mut files: Vec<PathBuf> = files.map(|file| file.path()).collect();
    files.sort();
    files
}

/// In ticks since the machine started: the twenty-second word of a line in which the second, the
/// program's name in brackets, may hold blanks.
fn start_of(pid: u32) -> Option<String> {
    after_the_name(pid)?.split(' ').nth(19).map(str::to_owned)
}

/// It has ended and nobody has asked how.
fn is_dead(pid: u32) -> bool {
    after_the_name(pid).is_some_and(|rest| rest.starts_with('Z'))
}

fn after_the_name(pid: u32) -> Option<String> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(line.rsplit_once(") ")?.1.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_start_too() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("one");
        note(&file, std::process::id()).unwrap();
        assert_eq!(noted(&file), Some(std::process::id()));
        fs::write(&file, format!("{} 17\n", std::process::id())).unwrap();
        assert_eq!(noted(&file), None, "an id that went to somebody else");
    }

    #[test]
    fn what_is_noted_ends_with_the_watch() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("fleet");
        fs::create_dir_all(folder.join("notes")).unwrap();
        let mut child = Command::new("tail")
            .args(["-f", "/dev/null"])
            .spawn()
            .unwrap();
        note(&folder.join("notes/tail"), child.id()).unwrap();
        drop(Watchdog::over(&folder).unwrap());
        assert!(!child.wait().unwrap().success());
        assert!(!folder.exists());
    }
}
