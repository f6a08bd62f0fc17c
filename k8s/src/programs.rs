//! Which settings a program has: asked of the program itself, by `--help`.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// The programs that are run, and as what.
pub const PROGRAMS: [(&str, &[&str]); 5] = [
    ("gateway", &["serve"]),
    ("identity-svc", &["serve", "migrate"]),
    ("questionnaire-svc", &["serve", "migrate"]),
    ("review-svc", &["serve", "migrate"]),
    ("testing-svc", &["serve", "migrate"]),
];

/// A program that has not said no to its settings in this time has taken them.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setting {
    pub is_required: bool,
    pub default: Option<String>,
    /// What its help says.
    pub says: String,
}

/// The settings of a program's command, by variable.
pub type Settings = BTreeMap<String, Setting>;

#[derive(Debug, Clone, Default)]
pub struct Programs {
    /// Where they are; `None` where they can't be started.
    pub folder: Option<PathBuf>,
    pub settings: BTreeMap<(String, String), Settings>,
}

impl Programs {
    /// # Errors
    /// If one can't be started, or says nothing that is understood.
    pub fn ask(folder: &Path) -> Result<Self> {
        let mut settings = BTreeMap::new();
        for (program, commands) in PROGRAMS {
            for command in commands {
                let output = Command::new(folder.join(program))
                    .args([command, "--help"])
                    .env_clear()
                    .stdin(Stdio::null())
                    .output()
                    .with_context(|| format!("{program} can't be started"))?;
                let found = read_help(&String::from_utf8_lossy(&output.stdout));
                ensure!(
                    !found.is_empty(),
                    "{program} {command} --help says no setting"
                );
                settings.insert((program.to_owned(), (*command).to_owned()), found);
            }
        }
        Ok(Self {
            folder: Some(folder.to_owned()),
            settings,
        })
    }

    pub fn of(&self, program: &str, command: &str) -> Option<&Settings> {
        self.settings.get(&(program.to_owned(), command.to_owned()))
    }

    /// Starts it with these settings and nothing else, here, where none of the files are that they
    /// name. What it says if it does not even understand them.
    pub fn refuses(
        &self,
        program: &str,
        command: &str,
        settings: &BTreeMap<String, String>,
    ) -> Result<Option<String>> {
        let Some(folder) = &self.folder else {
            return Ok(None);
        };
        let mut child = Command::new(folder.join(program))
            .arg(command)
            .env_clear()
            .envs(settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{program} can't be started"))?;
        let mut says = child.stderr.take().context("the output is piped")?;
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            // What can't be read is not said; nobody may wait any more.
            let _ = says.read_to_string(&mut text);
            let _ = send.send(text);
        });
        let said = receive.recv_timeout(PATIENCE);
        // It has ended, or is to.
        let _ = child.kill();
        child.wait()?;
        // This is how a command line that can't be read ends; a missing file is told otherwise.
        let refused = said
            .ok()
            .filter(|text| text.contains("For more information, try '--help'"));
        Ok(refused.map(|text| {
            text.lines()
                .take_while(|line| !line.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        }))
    }
}

/// The help of clap: a flag, its text, then `[env: NAME=]` and `[default: x]`, on lines of their own or not.
pub fn read_help(help: &str) -> Settings {
    let usage = help.lines().find(|line| line.starts_with("Usage: "));
    let mut settings = Settings::new();
    for block in blocks(help) {
        let Some((says, rest)) = block.split_once("[env: ") else {
            continue;
        };
        let name = rest.split(['=', ']']).next().unwrap_or_default();
        let flag = block.split_whitespace().next().unwrap_or_default();
        let default = rest.split_once("[default: ").map(|(_, rest)| rest);
        let setting = Setting {
            // Those that are required stand in the line of the usage by their flags.
            is_required: usage.is_some_and(|line| line.contains(&format!(" {flag} <"))),
            default: default.and_then(|rest| Some(rest.split_once(']')?.0.to_owned())),
            says: says.trim().to_owned(),
        };
        settings.insert(name.to_owned(), setting);
    }
    settings
}

/// What stands under each flag, as one line with the flag at its beginning.
fn blocks(help: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    for line in help.lines().map(str::trim) {
        if line.starts_with("--") || line.starts_with("-h,") {
            blocks.push(String::new());
        }
        if let Some(block) = blocks.last_mut().filter(|_| !line.is_empty()) {
            block.push_str(line);
            block.push(' ');
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_help_text_says_what_is_known_and_what_is_required() {
        let help = "\
Answers calls.

Usage: review-svc serve [OPTIONS] --key-file <KEY_FILE>

Options:
      --log <LOG>
          What to log: `info`,
          `debug`

          [env: IRIKTEU_LOG=]
          [default: info,sqlx=warn]

      --key-file <KEY_FILE>
          The key, which nobody
          else has [env: IRIKTEU_KEY_FILE]

  -h, --help
          Print help
";
        let settings = read_help(help);
        let log = &settings["IRIKTEU_LOG"];
        assert_eq!(log.default.as_deref(), Some("info,sqlx=warn"));
        assert!(log.says.ends_with("What to log: `info`, `debug`"));
        assert!(!log.is_required);
        assert!(settings["IRIKTEU_KEY_FILE"].is_required);
        assert_eq!(settings.len(), 2);
    }
}
