//! What a service is called: by its name, and by its package before it where another one is called so.

use prost_reflect::ServiceDescriptor;

/// `Sessions`, `ReviewAuditRecords`.
pub fn of(service: &ServiceDescriptor) -> String {
    let name = service.name();
    let pool = service.parent_pool();
    let alike = pool.services().filter(|it| it.name() == name).count();
    if alike == 1 {
        return name.to_owned();
    }
    let package = service.package_name();
    let package = package.split('.').nth(1).unwrap_or_default();
    let (first, rest) = package.split_at(package.len().min(1));
    format!("{}{rest}{name}", first.to_ascii_uppercase())
}
