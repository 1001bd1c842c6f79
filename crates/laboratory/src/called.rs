//! What values are called for people: by the catalogue's name where a client, or an analyser, wrote the code.

use std::collections::HashMap;

use platform::cx::{Cx, among, select};
use platform::error::Error;

use crate::parameter::LabParameter;
use crate::result::LabResultValue;

/// Codes and names of the catalogue's parameters, by id.
pub(crate) struct Names(HashMap<i64, (String, String)>);

impl Names {
    /// Those of some values, with one query.
    pub(crate) async fn of<'a>(
        cx: &mut Cx,
        rows: impl IntoIterator<Item = &'a LabResultValue>,
    ) -> Result<Names, Error> {
        let parameters = rows.into_iter().filter_map(|row| row.parameter);
        let mut ids: Vec<i64> = parameters.map(|parameter| parameter.get()).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(Names(HashMap::new()));
        }
        let mut query = select::<LabParameter>();
        query.and_where(among(cx.dialect(), LabParameter::id, &ids));
        let known: Vec<LabParameter> = cx
            .unscoped("the catalogue's words for values that are shown")
            .records(query)
            .await?;
        let named = |row: LabParameter| {
            let both = (row.code.to_string(), row.name.to_string());
            (row.meta.id, both)
        };
        Ok(Names(known.into_iter().map(named).collect()))
    }

    /// The code of a value's parameter, where the catalogue knows it.
    pub(crate) fn code(&self, row: &LabResultValue) -> Option<&str> {
        self.known(row).map(|(code, _)| code.as_str())
    }

    /// What a value is called.
    pub(crate) fn name(&self, row: &LabResultValue) -> String {
        let written = row.parameter_name.open();
        match self.known(row) {
            Some((code, name)) if code.eq_ignore_ascii_case(written.trim()) => name.clone(),
            _ => written.to_string(),
        }
    }

    fn known(&self, row: &LabResultValue) -> Option<&(String, String)> {
        self.0.get(&row.parameter?.get())
    }
}

/// What one value is called.
pub(crate) async fn name(cx: &mut Cx, row: &LabResultValue) -> Result<String, Error> {
    Ok(Names::of(cx, [row]).await?.name(row))
}
