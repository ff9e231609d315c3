### Texts of org-finder: reasons (dialtone.orgfinder.v1.ErrorReason) by their names, outcomes in small letters.

LOOKS_LIKE_EXISTING = Similar organizations already exist. Choose one of them, or confirm that you want a new one.
IMPORT_REFUSED = { $refused_count ->
    [one] One line is not valid, so nothing was loaded. Correct it, or load the valid lines only.
   *[other] { $refused_count } lines are not valid, so nothing was loaded. Correct them, or load the valid lines only.
}
IMPORT_OPTIONS_MISSING = An import begins with its options. Send them first.
ACTIVITY_OPTIONS_MISSING = A report of activity begins with its options. Send them first.
LINE_TOO_LONG = Line { $line } is longer than { $limit_bytes } bytes. Shorten it; each line is one organization.
NOT_A_PARTNER = This organization is not a partner. Give it the partner role first.
LINK_WOULD_CYCLE = This link would make an organization its own partner, directly or through others.
DOMAIN_CLAIMED_ELSEWHERE = { $domain } or a domain above it is claimed by another organization. If it is yours, ask your provider.
DOMAIN_NOT_VERIFIED = { $domain } is not verified yet. Create its DNS record and verify it first.
CHALLENGE_RECORD_MISSING = There is no TXT record at { $record_name }. Create it, or wait until it is published, and verify again.
CHALLENGE_MISMATCH = { $found_count ->
    [one] The TXT record at { $record_name } does not have the expected value. Correct it and verify again.
   *[other] None of the { $found_count } TXT records at { $record_name } has the expected value. Correct one and verify again.
}
DNS_UNAVAILABLE = The DNS gave no answer about { $record_name }. Try again later.
DOMAIN_LIMIT_REACHED = This organization has { $limit } domains, which is the most. Release one first.
ORGANIZATION_IN_USE = This organization still provisions for customers or has active people. Move them first, or confirm that you want to delete it.
ORGANIZATION_NOT_DELETED = This organization is not deleted.
MERGE_PLAN_STALE = One of the two organizations changed since this merge was planned. Plan it again and look at what is new.
MERGE_BLOCKED = These organizations cannot be merged as they are. Remove what the plan names first.
MERGE_UNDER_WAY = This organization is being merged. Wait until that has ended, or cancel it.
NOT_MERGED = This organization was not merged into another. There is nothing to take back.
UNDO_WINDOW_OVER = This merge is too old to be taken back.
MERGE_NOT_UNDOABLE = Something stands in the way of taking this merge back: { $resource }. Put that right first.
ORGANIZATION_MERGED = This organization was merged into another. Use { $merged_into }.
PARTNER_NOT_LINKED = This partner does not provision for this organization.
LINK_IS_READ_ONLY = Through this link the partner may only read, so it cannot ask for full administration.
LINK_HAS_FULL_ADMIN = The partner already administers this organization fully.
SETUP_NOT_COMPLETE = Full administration can be asked for once the service is set up. Complete the set-up first.
ACCESS_REQUEST_PENDING = This organization has not answered the last request yet. Wait for its answer.
ACCESS_REQUEST_EXPIRED = Nobody answered this request in time. Ask again.
ACCESS_REQUEST_DECIDED = This request has been answered already, or its link was removed.

# Outcomes of MatchOrganizations.
match-MATCHED = This address belongs to a person of this organization.
match-CANDIDATES = One of these organizations may be meant. Choose one, or create a new organization.
match-NONE = No known organization fits. A new one may be created.

# Why a candidate is unlikely.
unlikely = It has no verified domain, and nobody was active there in the last 365 days.

# Answers of ExplainMatch for one organization: what it is for the match, or what stands in its way.
explain-MATCH = This organization is the match: the address belongs to one of its people, and to nobody else's.
explain-CANDIDATE = This organization is among the candidates.
explain-MERGED = This organization was merged into another, which is looked at in its place.
explain-DELETED = This organization is deleted.
explain-WRONG_ROLE = This organization does not have the role that is looked for.
explain-PUBLIC_MAIL_DOMAIN = The address is at a public mail service, which says nothing about an organization.
explain-DISPOSABLE_MAIL_DOMAIN = The address is at a service for throw-away addresses, which says nothing about an organization.
explain-PUBLIC_SUFFIX = The domain of the address is one under which anybody can register names.
explain-NO_COMMON_DOMAIN = This organization has neither the domain of the address nor a domain above it, and the address belongs to none of its people.
explain-OTHER_IS_CONTACT = The address belongs to a person of another organization, which is the match.
explain-BEYOND_LIMIT = This organization fits, but too many others fit better.
