### Texts of the reasons that any service may give (dialtone.operations.v1.ErrorReason), by their names.
### Parameters are the metadata documented there.

# Where no other text fits.
general = This could not be done. Please try again later, or contact support.

INVALID_FIELDS = Some details are missing or not valid. Correct each one listed and try again.
UNAUTHENTICATED = You are not signed in, or your session has expired. Sign in and try again.
PERMISSION_DENIED = You may not do this here, or it does not exist.
NOT_FOUND = { $resource } does not exist.
ETAG_MISMATCH = { $resource } has changed since you opened it. Reload it and make your change again.
REQUEST_ID_REUSED = This request ID has already been used for another request. Use a new one.
INVALID_PAGE_TOKEN = This page of the list cannot be shown. Start again from the first page.
DEADLINE_EXCEEDED = This took too long, and may have taken effect all the same. Repeat it with the same request ID to find out.
MESSAGE_TOO_LARGE = The request is larger than { $limit_bytes } bytes. Send less at a time.
OVERLOADED = The service is busy at the moment. Please try again shortly.
UNAVAILABLE = The service is not available at the moment. Please try again later.
UNKNOWN_METHOD = There is no such function here. Check the address, or update your application.
INTERNAL = Something went wrong on our side. Please quote request { $request } when you report it.
OPERATION_NOT_STUCK = Only an operation that is stuck can be retried; this one is in state { $state }.
POSITION_EXPIRED = The changes after this position are no longer kept. Load everything again and follow it from now on.
MALFORMED_MESSAGE = The request could not be read. Check it, or update your application.
CANCELLED = This was cancelled before it was finished.
CONFLICT = Somebody else is changing this at the same moment. Please try again.
OPERATION_NOT_FINISHED = Only a finished operation can be deleted; this one is in state { $state }. Cancel it first.
