//! Mistakes, planted into what is there: each is found, under its rule and with its object's name. What
//! is there has none, so that no check says no to everything.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says no by panicking"
)]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use k8s::finding::Finding;
use k8s::object::{Object, Overlay};
use k8s::programs::{Programs, Setting};
use k8s::schema::Schemas;
use k8s::{capacity, dashboards, home, render, rules};
use serde_json::{Value, json};

/// Production, as it is.
static PROD: LazyLock<Overlay> = LazyLock::new(|| {
    let text = render::text(home(), "prod").unwrap();
    render::overlay("prod", &text).unwrap()
});

/// Programs that know just what they are given there.
static PROGRAMS: LazyLock<Programs> = LazyLock::new(|| {
    let mut programs = Programs::default();
    for pod in PROD.pods() {
        let name = pod.name().trim_end_matches("-migration").to_owned();
        let command = pod.owner.text("/spec/template/spec/containers/0/args/0");
        let known = rules::settings::environment(&PROD, &pod).into_keys();
        let setting = |name: &String| Setting {
            is_required: name == "IRIKTEU_KEY_FILE",
            default: None,
            says: "`/healthz`, `/readyz`, `/metrics`".into(),
        };
        let mut known: BTreeMap<_, _> = known.map(|name| (name.clone(), setting(&name))).collect();
        for (name, default) in [("CONNECTIONS", "8"), ("READ_CONNECTIONS", "8")] {
            let name = format!("IRIKTEU_DATABASE_{name}");
            let setting = Setting {
                default: Some(default.into()),
                ..Setting::default()
            };
            known.entry(name).or_insert(setting);
        }
        programs.settings.insert((name, command.to_owned()), known);
    }
    programs
});

fn findings(overlay: &Overlay) -> Vec<Finding> {
    rules::all(overlay, &PROGRAMS).unwrap()
}

/// Production with one thing changed.
fn planted(title: &str, change: impl FnOnce(&mut Value)) -> Overlay {
    planted_in(&PROD, title, change)
}

fn planted_in(overlay: &Overlay, title: &str, change: impl FnOnce(&mut Value)) -> Overlay {
    let mut overlay = overlay.clone();
    let object = overlay.objects.iter_mut().find(|it| it.title() == title);
    change(
        &mut object
            .unwrap_or_else(|| panic!("there is no {title}"))
            .value,
    );
    overlay
}

/// Sets a field, which may be a new one.
fn set(value: &mut Value, pointer: &str, to: Value) {
    let (place, field) = pointer.rsplit_once('/').unwrap();
    let place = value.pointer_mut(place).unwrap();
    match place.as_array_mut() {
        Some(items) => items[field.parse::<usize>().unwrap()] = to,
        None => place[field] = to,
    }
}

#[track_caller]
fn found(overlay: &Overlay, rule: &str, object: &str, says: &str) {
    let findings = findings(overlay);
    let is_it = |it: &&Finding| it.rule == rule && it.object == object && it.what.contains(says);
    assert!(findings.iter().any(|it| is_it(&it)), "{findings:#?}");
    let shown = findings.iter().find(is_it).unwrap().to_string();
    assert!(shown.starts_with("prod: "), "{shown}");
}

const CONTAINER: &str = "/spec/template/spec/containers/0";

#[test]
fn what_is_there_is_in_order() {
    assert_eq!(findings(&PROD), []);
}

#[test]
fn every_overlay_fits_the_schemas() {
    let mut schemas = Schemas::read(home()).unwrap();
    for name in render::places(home()).unwrap() {
        let text = render::text(home(), &name).unwrap();
        for object in &render::overlay(&name, &text).unwrap().objects {
            assert_eq!(
                schemas.check(object).unwrap(),
                [],
                "{name} {}",
                object.title()
            );
        }
    }
}

#[test]
fn a_misspelt_field_is_found() {
    let mut schemas = Schemas::read(home()).unwrap();
    let mut says = |title: &str, change: &dyn Fn(&mut Value)| -> Vec<String> {
        let overlay = planted(title, change);
        let changed: Vec<&Object> = overlay
            .objects
            .iter()
            .filter(|it| it.title() == title)
            .collect();
        let findings = schemas.check(changed[0]).unwrap();
        findings.iter().map(Finding::to_string).collect()
    };
    let ours = says("Deployment/gateway", &|value| {
        set(value, &format!("{CONTAINER}/readinesProbe"), json!({}));
    });
    assert_eq!(ours.len(), 2, "one for each version: {ours:?}");
    assert!(
        ours[0].starts_with("prod: Deployment/gateway: schema: "),
        "{ours:?}"
    );
    assert!(ours[0].contains("readinesProbe"), "{ours:?}");

    let custom = says("Certificate/gateway-tls", &|value| {
        set(value, "/spec/renewBefor", json!("8h"));
    });
    assert!(custom[0].contains("renewBefor"), "{custom:?}");

    let deep = says("Cluster/postgres", &|value| {
        set(value, "/spec/postgresql/synchronous/number", json!("one"));
    });
    assert!(
        deep[0].contains("/spec/postgresql/synchronous/number"),
        "{deep:?}"
    );

    let unknown = says("Issuer/self", &|value| {
        set(value, "/apiVersion", json!("cert-manager.io/v2"));
    });
    let expected = "has no cert-manager.io/v2 Issuer, and k8s/schemas neither";
    assert!(unknown[0].contains(expected), "{unknown:?}");
}

#[test]
fn a_port_that_no_program_opens_is_found() {
    let container = planted("Deployment/review-svc", |value| {
        set(
            value,
            &format!("{CONTAINER}/ports/0/containerPort"),
            json!(50_052),
        );
    });
    found(
        &container,
        "port-opened",
        "Deployment/review-svc",
        "nothing opens port 50052",
    );

    let probe = planted("Deployment/review-svc", |value| {
        set(
            value,
            &format!("{CONTAINER}/readinessProbe/httpGet/port"),
            json!("grcp"),
        );
    });
    found(&probe, "probes", "Deployment/review-svc", "\"grcp\"");

    let path = planted("Deployment/gateway", |value| {
        set(
            value,
            &format!("{CONTAINER}/livenessProbe/httpGet/path"),
            json!("/health"),
        );
    });
    found(
        &path,
        "port-opened",
        "Deployment/gateway",
        "/health, which is answered nowhere",
    );
}

#[test]
fn an_image_by_tag_is_found() {
    let tag = planted("Deployment/testing-svc", |value| {
        set(
            value,
            &format!("{CONTAINER}/image"),
            json!("registry.irikteu.kz/testing-svc:1.2.3"),
        );
    });
    found(
        &tag,
        "image-by-digest",
        "Deployment/testing-svc",
        "it needs a digest",
    );
}

#[test]
fn rights_tokens_and_missing_requests_are_found() {
    let token = planted("StatefulSet/redis", |value| {
        set(
            value,
            "/spec/template/spec/automountServiceAccountToken",
            json!(true),
        );
    });
    found(&token, "token-off", "StatefulSet/redis", "");
    let root = planted("Job/review-svc-migration", |value| {
        set(
            value,
            &format!("{CONTAINER}/securityContext/readOnlyRootFilesystem"),
            json!(false),
        );
    });
    found(
        &root,
        "locked-down",
        "Job/review-svc-migration",
        "readOnlyRootFilesystem",
    );
    let requests = planted("Deployment/gateway", |value| {
        set(
            value,
            &format!("{CONTAINER}/resources"),
            json!({"limits": {"memory": "1Gi"}}),
        );
    });
    found(
        &requests,
        "locked-down",
        "Deployment/gateway",
        "/resources/requests/cpu",
    );
}

#[test]
fn selectors_that_mean_nobody_are_found() {
    let rule = "names-what-is-there";
    let service = planted("Service/testing-svc", |value| {
        set(
            value,
            "/spec/selector",
            json!({"app.kubernetes.io/name": "testing"}),
        );
    });
    found(&service, rule, "Service/testing-svc", "leads to no pod");
    let budget = planted("PodDisruptionBudget/gateway", |value| {
        set(
            value,
            "/spec/selector/matchLabels",
            json!({"app": "gateway"}),
        );
    });
    found(&budget, rule, "PodDisruptionBudget/gateway", "means no pod");
    let secret = planted("Deployment/gateway", |value| {
        set(
            value,
            "/spec/template/spec/volumes/0/secret",
            json!({"secretName": "gateway-pin"}),
        );
    });
    found(
        &secret,
        rule,
        "Deployment/gateway",
        "nobody brings the secret gateway-pin",
    );
    let elsewhere = planted("Deployment/collector", |value| {
        set(value, "/metadata/namespace", json!("default"));
    });
    found(
        &elsewhere,
        "namespace",
        "Deployment/collector",
        "another namespace",
    );
}

#[test]
fn a_budget_that_keeps_every_replica_is_found() {
    let all = planted("PodDisruptionBudget/gateway", |value| {
        set(
            value,
            "/spec",
            json!({"minAvailable": 3, "selector": value["spec"]["selector"]}),
        );
    });
    found(
        &all,
        "disruption-below-replicas",
        "PodDisruptionBudget/gateway",
        "of 3 replicas 3",
    );
    let alone = planted("HorizontalPodAutoscaler/gateway", |value| {
        set(value, "/spec/minReplicas", json!(1));
    });
    found(
        &alone,
        "replicas",
        "HorizontalPodAutoscaler/gateway",
        "one pod alone",
    );
}

#[test]
fn more_connections_than_the_database_lets_in_are_found() {
    let many = planted("HorizontalPodAutoscaler/identity-svc", |value| {
        set(value, "/spec/maxReplicas", json!(40));
    });
    found(
        &many,
        "connections-fit",
        "Cluster/postgres",
        "identity-svc 41 x 16",
    );
}

#[test]
fn a_way_that_is_not_written_down_is_found_and_one_that_is_missing() {
    let more = planted("NetworkPolicy/review-svc", |value| {
        let peer =
            json!({"podSelector": {"matchLabels": {"app.kubernetes.io/name": "testing-svc"}}});
        set(value, "/spec/egress/0/to/0", peer);
    });
    let says = "review-svc to testing-svc on 50051: ARCHITECTURE.md names no such way";
    found(&more, "edge-written", "", says);
    found(
        &more,
        "edge-both-ways",
        "",
        "review-svc to testing-svc on 50051: it may go out",
    );
    found(
        &more,
        "edge-both-ways",
        "",
        "review-svc to questionnaire-svc on 50051: it may come in",
    );

    let everybody = planted("NetworkPolicy/redis", |value| {
        set(
            value,
            "/spec/ingress/0",
            json!({"ports": [{"protocol": "TCP", "port": 6379}]}),
        );
    });
    found(&everybody, "edge-written", "", "everybody to redis on 6379");

    let every_port = planted("NetworkPolicy/review-svc", |value| {
        value["spec"]["egress"][0]
            .as_object_mut()
            .unwrap()
            .remove("ports");
    });
    found(
        &every_port,
        "edge-written",
        "",
        "review-svc to questionnaire-svc on 0",
    );
}

#[test]
fn a_way_out_of_a_component_is_asked_for_only_where_the_component_is() {
    let dev = render::overlay("dev", &render::text(home(), "dev").unwrap()).unwrap();
    let written = rules::edges::written().unwrap();
    let ways = |overlay: &Overlay| -> Vec<String> {
        let findings = rules::edges::check(overlay, &written, &PROGRAMS);
        let shown = findings.iter().map(Finding::to_string);
        shown.filter(|it| !it.contains(" it calls")).collect()
    };
    assert_eq!(ways(&dev), [""; 0]);
    let closed = planted_in(&dev, "NetworkPolicy/identity-svc-to-revocation", |value| {
        set(value, "/spec/egress/0/ports/0/port", json!(8080));
    });
    let says = ways(&closed);
    let missing = "identity-svc to outside on 80: ARCHITECTURE.md names it";
    assert!(says.iter().any(|it| it.contains(missing)), "{says:?}");
    let odd = "identity-svc to outside on 8080: ARCHITECTURE.md names no such way";
    assert!(says.iter().any(|it| it.contains(odd)), "{says:?}");

    let alone = planted("NetworkPolicy/identity-svc-to-ncanode", |value| {
        set(value, "/spec/egress", json!([]));
    });
    let says = "identity-svc to ncanode on 14579: it may come in";
    found(&alone, "edge-both-ways", "", says);
}

#[test]
fn authorities_of_signatures_that_are_not_mounted_are_found() {
    let dev = render::overlay("dev", &render::text(home(), "dev").unwrap()).unwrap();
    let nowhere = planted_in(&dev, "Deployment/identity-svc", |value| {
        let volumes = value.pointer_mut(&format!("{CONTAINER}/volumeMounts"));
        let volumes = volumes.and_then(Value::as_array_mut).unwrap();
        volumes.retain(|it| it["name"] != "signatures");
    });
    let says = "IRIKTEU_SIGNATURE_AUTHORITIES_FILE is /etc/irikteu/signatures/authorities.pem";
    let is_it = |it: &Finding| it.rule == "file-mounted" && it.what.contains(says);
    assert!(!findings(&dev).iter().any(is_it));
    assert!(findings(&nowhere).iter().any(is_it));
}

#[test]
fn a_setting_that_no_program_has_is_found_and_one_that_is_missing() {
    let map = PROD
        .of("ConfigMap")
        .find(|it| it.name().starts_with("gateway-"))
        .unwrap();
    let unknown = planted(&map.title(), |value| {
        set(value, "/data/IRIKTEU_HTTP_ADRR", json!("0.0.0.0:8080"));
    });
    found(
        &unknown,
        "setting-known",
        "Deployment/gateway",
        "IRIKTEU_HTTP_ADRR is no setting of it",
    );

    let missing = planted("Deployment/review-svc", |value| {
        let variables = value.pointer_mut(&format!("{CONTAINER}/env")).unwrap();
        variables
            .as_array_mut()
            .unwrap()
            .retain(|it| it["name"] != "IRIKTEU_KEY_FILE");
    });
    found(
        &missing,
        "setting-known",
        "Deployment/review-svc",
        "IRIKTEU_KEY_FILE is required",
    );

    let nowhere = planted("Deployment/review-svc", |value| {
        set(value, &format!("{CONTAINER}/volumeMounts"), json!([]));
    });
    found(
        &nowhere,
        "file-mounted",
        "Deployment/review-svc",
        "IRIKTEU_KEY_FILE is /etc/irikteu/key/key.pk8",
    );
}

#[test]
fn a_setting_of_which_nobody_decided_is_found() {
    let mut programs = PROGRAMS.clone();
    let key = ("gateway".to_owned(), "serve".to_owned());
    let known = programs.settings.get_mut(&key).unwrap();
    known.insert("IRIKTEU_NEW".into(), Setting::default());
    let overlays = std::slice::from_ref(&*PROD);
    let says = |left: &str| -> Vec<String> {
        let findings = rules::settings::decided(overlays, &programs, left);
        let shown = findings.iter().map(Finding::to_string);
        shown.filter(|it| !it.contains("CONNECTIONS")).collect()
    };
    assert!(says("")[0].contains("IRIKTEU_NEW is in no ConfigMap"));
    assert!(says("IRIKTEU_NEW \n")[0].contains("nothing says why not"));
    assert!(says("IRIKTEU_NEW the default is right everywhere\n").is_empty());
    assert!(
        says("IRIKTEU_NEW as it is everywhere\nIRIKTEU_OLD it was needed once\n")[0]
            .contains("no program has IRIKTEU_OLD")
    );
}

#[test]
fn a_metric_that_nobody_emits_is_found_and_an_alert_without_a_runbook() {
    let says = |overlay: Overlay| -> Vec<String> {
        let findings = dashboards::check(home(), &[overlay]).unwrap();
        findings.iter().map(Finding::to_string).collect()
    };
    assert_eq!(says(PROD.clone()), [""; 0]);
    let metric = says(planted("PrometheusRule/alerts", |value| {
        let expression = "max(irikteu_outbox_wating) > 120";
        set(value, "/spec/groups/0/rules/0/expr", json!(expression));
    }));
    assert_eq!(
        metric,
        ["prod: metric-emitted: RequestsFailFast names irikteu_outbox_wating, which nobody emits"]
    );
    let runbook = says(planted("PrometheusRule/alerts", |value| {
        set(value, "/spec/groups/0/rules/0/alert", json!("RequestsFail"));
    }));
    assert!(
        runbook
            .iter()
            .any(|it| it.contains("RequestsFail has no k8s/runbooks/RequestsFail.md")),
        "{runbook:?}"
    );
    assert!(
        runbook
            .iter()
            .any(|it| it == "k8s/runbooks/RequestsFailFast.md: runbook: no alert leads here"),
        "{runbook:?}"
    );
}

#[test]
fn an_overlay_that_can_not_be_rendered_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("overlays/broken");
    std::fs::create_dir_all(&broken).unwrap();
    std::fs::write(
        broken.join("kustomization.yaml"),
        "resources: [nothing.yaml]\n",
    )
    .unwrap();
    assert_eq!(render::places(folder.path()).unwrap(), ["base", "broken"]);
    let says = format!("{:#}", render::text(folder.path(), "broken").unwrap_err());
    assert!(
        says.starts_with("broken: it is not rendered") && says.contains("nothing.yaml"),
        "{says}"
    );
}

#[test]
fn a_finding_leads_to_the_files_of_its_object() {
    let files = render::files_of(home(), "HorizontalPodAutoscaler/gateway");
    let expected = [
        "k8s/base/gateway.yaml",
        "k8s/overlays/deadline-day/replicas.yaml",
        "k8s/overlays/prod/replicas.yaml",
    ];
    assert_eq!(files, expected);
}

#[test]
fn too_few_replicas_for_the_last_day_are_found_and_figures_that_became_worse() {
    let text = render::text(home(), capacity::DAY).unwrap();
    let day = render::overlay(capacity::DAY, &text).unwrap();
    assert_eq!(capacity::check(&day, &PROGRAMS).unwrap(), []);

    let mut few = day.clone();
    let scaler = |it: &&mut Object| it.title() == "HorizontalPodAutoscaler/gateway";
    let scaler = few.objects.iter_mut().find(scaler).unwrap();
    set(&mut scaler.value, "/spec/minReplicas", json!(4));
    let findings = capacity::check(&few, &PROGRAMS).unwrap();
    let shown: Vec<_> = findings.iter().map(Finding::to_string).collect();
    let says = "deadline-day: Deployment/gateway: capacity: (4, 17) replicas at least and at most";
    assert!(shown.iter().any(|it| it.starts_with(says)), "{shown:?}");

    let page =
        "| the gateway's hop, a list of 50 | x | 0.4 | 1 calls/s; 620 against 98 µs of CPU a call |
| signing in, every core | x | 0.6 | 50.1 sign-ins/s against 72.7 hashes/s |";
    let worse = ["the gateway's hop, a list of 50: it was 464 µs of CPU a call, it is 620"];
    assert_eq!(capacity::outdated(page), worse);
    assert_eq!(capacity::outdated("").len(), 2);
}
