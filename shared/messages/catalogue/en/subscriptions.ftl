### Texts of subscriptions: reasons (dialtone.subscriptions.v1.ErrorReason) by their names.

ORDER_EXISTS = An order with the number { $order_number } has already been placed. Check the number.
LINK_INVALID = This link is not valid. Open it exactly as it stands in the mail, or ask for a new one.
LINK_USED = This link has already been used. Ask for a new one.
LINK_EXPIRED = This link has expired. Ask for a new one.
LINK_REPLACED = A newer link has been sent. Use that one.
SETUP_ALREADY_BEGUN = Set-up has already begun, so this can no longer be changed.
WHO_FOR_NOT_ANSWERED = First say for whom this order is to be set up.
PARTNER_NOT_MAPPED = First choose the partner of this subscription.
ALREADY_MAPPED = An organization has already been chosen here. Undo that first.
NOT_A_PARTNER = This organization is not a partner. Choose another one.
UNKNOWN_ORGANIZATION = This organization cannot be chosen here. Choose another one.
NOT_FOR_FLOW = This step does not apply to this order.
LOOKS_LIKE_EXISTING = Similar organizations already exist. Choose one of them, or confirm that you want a new one.
MAPPING_INCOMPLETE = First choose the organizations of this subscription; then it can be set up.
NOT_PURCHASED = This order does not include { $offering }.
ALREADY_SET_UP = { $offering } has already been set up.
SETUP_IN_PROGRESS = Another set-up is under way. Wait until it has finished.
MAIL_REFUSED = The mail could not be delivered. Correct the address and send it again.
HEADQUARTERS_CONFLICT = The customer already has other headquarters, or another location of this name. Use those, or choose another name.
