//! What images are made and tried with.

use std::path::PathBuf;

use anyhow::Result;

use super::{find_or_install, in_path};

/// Assembles an image without a daemon.
pub fn buildah() -> Result<PathBuf> {
    find_or_install("buildah", "buildah", || in_path("buildah"))
}

/// Unpacks Debian's packages into a folder.
pub fn mmdebstrap() -> Result<PathBuf> {
    find_or_install("mmdebstrap", "mmdebstrap", || in_path("mmdebstrap"))
}

/// Only where it is: an image can be made without being started.
pub fn podman() -> Option<PathBuf> {
    in_path("podman")
}

/// The same. Debian keeps it where only root looks.
pub fn runc() -> Option<PathBuf> {
    let of_root = PathBuf::from("/usr/sbin/runc");
    in_path("runc").or_else(|| Some(of_root).filter(|path| path.is_file()))
}
