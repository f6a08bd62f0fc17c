//! A table for a spreadsheet, as CSV and as a workbook. Texts in it are texts: what begins as a formula
//! would is shown, and never reckoned.

use chassis::csv::{self, Cell};
use jiff::Timestamp;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};

#[derive(Debug, Clone)]
pub struct Sheet {
    rows: Vec<Vec<Cell>>,
}

impl Sheet {
    pub fn new<'a>(head: impl Iterator<Item = &'a str>) -> Self {
        Self {
            rows: vec![head.map(Cell::text).collect()],
        }
    }

    pub fn add(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// A whole file.
    pub fn csv(&self) -> String {
        let mut text = String::from(csv::BYTE_ORDER_MARK);
        for row in &self.rows {
            csv::line(&mut text, row);
        }
        text
    }

    /// # Errors
    /// Where it has more rows than a workbook can.
    pub fn xlsx(&self, now: Timestamp) -> anyhow::Result<Vec<u8>> {
        let mut workbook = Workbook::new();
        // Else the writer asks the machine for the time.
        let made = ExcelDateTime::from_timestamp(now.as_second())?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
        let bold = Format::new().set_bold();
        let page = workbook.add_worksheet();
        page.set_freeze_panes(1, 0)?;
        for (at, row) in (0_u32..).zip(&self.rows) {
            for (column, cell) in (0_u16..).zip(row) {
                match cell {
                    Cell::Empty => {}
                    Cell::Number(decimal) => match decimal.parse::<f64>() {
                        Ok(number) => drop(page.write_number(at, column, number)?),
                        Err(_) => drop(page.write_string(at, column, decimal)?),
                    },
                    Cell::Text(text) if at == 0 => {
                        page.write_string_with_format(at, column, text, &bold)?;
                    }
                    Cell::Text(text) => drop(page.write_string(at, column, text)?),
                }
            }
        }
        Ok(workbook.save_to_buffer()?)
    }
}
