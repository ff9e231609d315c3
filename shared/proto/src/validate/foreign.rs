//! Rules for the requests of `google.longrunning.Operations`, whose proto declares none.

use super::{
    Path, Validate, Violation,
    check::{self, Pattern},
};
use crate::google::longrunning::{
    CancelOperationRequest, DeleteOperationRequest, GetOperationRequest, ListOperationsRequest, WaitOperationRequest,
};

static NAME: Pattern = Pattern::new(|| check::compile("^operations/[a-z-]{1,40}/[0-9a-f-]{36}$"));
const NAME_REMEDY: &str = "is not a name of the form `operations/{service}/{id}`: copy it from the operation";

fn name(value: &str, path: &mut Path, out: &mut Vec<Violation>) {
    let mark = path.enter("name");
    check::matches(value, &NAME, NAME_REMEDY, path, out);
    path.leave(mark);
}

impl Validate for GetOperationRequest {
    fn validate(&self, path: &mut Path, out: &mut Vec<Violation>) {
        name(&self.name, path, out);
    }
}

impl Validate for CancelOperationRequest {
    fn validate(&self, path: &mut Path, out: &mut Vec<Violation>) {
        name(&self.name, path, out);
    }
}

impl Validate for DeleteOperationRequest {
    fn validate(&self, path: &mut Path, out: &mut Vec<Violation>) {
        name(&self.name, path, out);
    }
}

impl Validate for WaitOperationRequest {
    fn validate(&self, path: &mut Path, out: &mut Vec<Violation>) {
        name(&self.name, path, out);
        let mark = path.enter("timeout");
        if let Some(timeout) = &self.timeout {
            check::gte(timeout.seconds, 0, "duration.gte", path, out);
        }
        path.leave(mark);
    }
}

impl Validate for ListOperationsRequest {
    fn validate(&self, path: &mut Path, out: &mut Vec<Violation>) {
        for (field, value, most) in
            [("name", &self.name, 100), ("filter", &self.filter, 1_000), ("page_token", &self.page_token, 2_000)]
        {
            let mark = path.enter(field);
            check::string_max_len(value, most, path, out);
            path.leave(mark);
        }
        let mark = path.enter("page_size");
        check::gte(self.page_size, 0, "int32.gte", path, out);
        check::lte(self.page_size, 1_000, "int32.lte", path, out);
        path.leave(mark);
    }
}
