//! How each program of the suite is called, and with which settings.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::engines::database_name;
use super::layout::{Addresses, Layout, Link, SERVICES};
use super::process::Call;

/// What all calls are made of.
pub struct Programs<'a> {
    pub layout: &'a Layout,
    pub at: Addresses,
    /// The data folder: keys, certificates, documents.
    pub data: PathBuf,
    pub binaries: &'a Path,
}

type Settings = BTreeMap<String, String>;

impl Programs<'_> {
    /// `testing-svc serve`, one of several.
    pub fn service(&self, service: &str, first_port: u16, instance: usize) -> Call {
        let name = format!("{service}-{instance}");
        let key = |file: &str| self.file("keys", file);
        let mut settings = self.shared(&name, service);
        let mut set = |name: &str, value: String| {
            settings.insert(name.to_owned(), value);
        };
        let address = self.at.service(first_port, instance);
        set("IRIKTEU_GRPC_ADDR", address.to_string());
        set("IRIKTEU_PUBLIC_KEYS_FILE", key("public.json"));
        let postgres = self.way(&name, "postgres", self.at.postgres());
        set("IRIKTEU_DATABASE_URL", database_url(postgres, service));
        let redis = self.way(&name, "redis", self.at.redis());
        set("IRIKTEU_REDIS_URL", format!("redis://{redis}/"));
        match service {
            "identity-svc" => {
                set(
                    "IRIKTEU_PUBLIC_URL",
                    format!("http://{}", self.at.gateway()),
                );
                set("IRIKTEU_INDEX_KEY_FILE", key("index.key"));
                set("IRIKTEU_MASTER_KEYS_FILE", key("master.keys"));
                if self.layout.sends_mail {
                    let smtp = self.at.smtp();
                    set("IRIKTEU_SMTP_HOST", smtp.ip().to_string());
                    set("IRIKTEU_SMTP_PORT", smtp.port().to_string());
                    set("IRIKTEU_SMTP_CA_FILE", self.file("mail", "authority.pem"));
                }
            }
            "questionnaire-svc" => {
                let documents = self.data.join("documents").display().to_string();
                set("IRIKTEU_DOCUMENTS_DIR", documents);
            }
            "testing-svc" => {
                let partners = |file: &str| self.file("certificates", file);
                set("IRIKTEU_IIN_KEY_FILE", key("iin.key"));
                set("IRIKTEU_CERTIFICATE_KEY_FILE", key("certificate.key"));
                set(
                    "IRIKTEU_PARTNER_ADDR",
                    self.at.partners(instance).to_string(),
                );
                set("IRIKTEU_PARTNER_CERTIFICATE_FILE", partners("server.pem"));
                set("IRIKTEU_PARTNER_KEY_FILE", partners("server.key"));
                set("IRIKTEU_PARTNER_AUTHORITY_FILE", partners("authority.pem"));
            }
            _ => {}
        }
        self.call(&name, service, &["serve"], settings)
    }

    /// `testing-svc migrate`.
    pub fn migrate(&self, service: &str) -> Call {
        let name = format!("{service}-migrate");
        let url = database_url(self.at.postgres(), service);
        let settings = Settings::from([("IRIKTEU_DATABASE_URL".to_owned(), url)]);
        self.call(&name, service, &["migrate"], settings)
    }

    pub fn gateway(&self) -> Call {
        let mut settings = self.shared("gateway", "gateway");
        let address = self.at.gateway().to_string();
        settings.insert("IRIKTEU_HTTP_ADDR".into(), address);
        let redis = self.way("gateway", "redis", self.at.redis());
        settings.insert("IRIKTEU_REDIS_URL".into(), format!("redis://{redis}/"));
        // One machine plays everybody.
        for rate in ["ADDRESS", "ACCOUNT", "CREDENTIALS"] {
            let wide = "10000000/60000000".to_owned();
            settings.insert(format!("IRIKTEU_RATE_{rate}"), wide);
        }
        self.call("gateway", "gateway", &["serve"], settings)
    }

    /// The development mailbox.
    pub fn mailbox(&self) -> Call {
        let mut settings = self.shared("mailbox", "standalone");
        let address = self.at.mailbox().to_string();
        settings.insert("IRIKTEU_HTTP_ADDR".into(), address);
        if self.layout.sends_mail {
            let own = |file: &str| self.file("mail", file);
            for (name, value) in [
                ("IRIKTEU_SMTP_ADDR", self.at.smtp().to_string()),
                ("IRIKTEU_SMTP_CERTIFICATE_FILE", own("server.pem")),
                ("IRIKTEU_SMTP_KEY_FILE", own("server.key")),
                ("IRIKTEU_MAIL_DIR", own("taken")),
            ] {
                settings.insert(name.into(), value);
            }
        }
        self.call("mailbox", "mailbox", &[], settings)
    }

    /// What every program is told: who it is, what time it is, where the services are.
    fn shared(&self, name: &str, identity: &str) -> Settings {
        let mut settings = Settings::new();
        let mut set = |name: &str, value: String| {
            settings.insert(name.to_owned(), value);
        };
        set("IRIKTEU_CLOCK", self.layout.clock.clone());
        set(
            "IRIKTEU_KEY_FILE",
            self.file("keys", &format!("{identity}.pk8")),
        );
        let own = |file: &str| self.file("services", &format!("{identity}.{file}"));
        set("IRIKTEU_TLS_CERTIFICATE_FILE", own("pem"));
        set("IRIKTEU_TLS_KEY_FILE", own("key"));
        set(
            "IRIKTEU_TLS_AUTHORITY_FILE",
            self.file("services", "authority.pem"),
        );
        for (service, first_port) in SERVICES {
            let instances = (0..self.layout.instances).map(|instance| {
                let address = self.at.service(first_port, instance);
                let way = self.way(name, &format!("{service}-{instance}"), address);
                format!("https://{way}")
            });
            let urls: Vec<String> = instances.collect();
            let short = database_name(service).to_uppercase();
            set(&format!("IRIKTEU_{short}_URL"), urls.join(","));
        }
        settings
    }

    fn call(&self, name: &str, program: &str, arguments: &[&str], mut settings: Settings) -> Call {
        for setting in &self.layout.settings {
            if setting.is_for(name) {
                settings.insert(setting.name.clone(), setting.value.clone());
            }
        }
        Call {
            program: self.binaries.join(program),
            arguments: arguments.iter().map(Into::into).collect(),
            settings,
        }
    }

    /// By which address `from` reaches `to`.
    fn way(&self, from: &str, to: &str, address: SocketAddr) -> SocketAddr {
        match &self.layout.via {
            Some(via) => via(&Link {
                from: from.to_owned(),
                to: to.to_owned(),
                address,
            }),
            None => address,
        }
    }

    fn file(&self, folder: &str, file: &str) -> String {
        self.data.join(folder).join(file).display().to_string()
    }
}

pub fn database_url(postgres: SocketAddr, service: &str) -> String {
    format!("postgres://irikteu@{postgres}/{}", database_name(service))
}
