//! For the test of teachers in the demonstration: organisations to work in. They are invented; their
//! numbers belong to nobody.

use chassis::client::Connection;
use proto::questionnaire::v1::ImportOrganisationsRequest;
use proto::questionnaire::v1::organisations_client::OrganisationsClient;

use super::demo::{done, request_id};

const ORGANISATIONS: &str = "bin,kk,ru,kato,kind,en\n\
    010140000014,«№ 1 үлгі мектеп-гимназиясы» КММ,КГУ «Образцовая школа-гимназия № 1»,750000000,SCHOOL,\n\
    020240000016,«Өңір» балабақшасы,Детский сад «Онир»,710000000,PRESCHOOL,\n\
    030340000025,«Ғылым ордасы» колледжі,Колледж «Гылым ордасы»,710000000,COLLEGE,\n\
    040440000030,«Әдістеме» орталығы,Центр «Адистеме»,350000000,METHOD_CABINET,\n\
    101040000092,«Һәм» лицей-интернаты,Лицей-интернат «Хам»,790000000,BOARDING,\n";

/// Made by a manager's call, with an id that is the same at every start.
pub async fn seed(manager: &Connection) -> anyhow::Result<()> {
    let request = ImportOrganisationsRequest {
        csv: ORGANISATIONS.as_bytes().into(),
        dry_run: false,
        request_id: request_id("nqt-organisations"),
    };
    let mut organisations = OrganisationsClient::new(manager.clone());
    done(organisations.import_organisations(request).await.map(drop))
}
