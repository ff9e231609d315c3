### Texts of user-provisioning: reasons (dialtone.userprovisioning.v1.ErrorReason) by their names.

LOCATION_EXISTS = A location of this name already exists. Choose another name.
HEADQUARTERS_EXISTS = The customer already has headquarters. Change those, or add a branch.
UNKNOWN_PACKAGE = Not in the catalogue, or not for users: { $packages }. Choose another package.
UNKNOWN_LOCATION = Some locations do not belong to this customer. Correct each one listed.
UNKNOWN_TARGET = This target belongs neither to the customer nor to its partner. Choose another one.
USERS_EXIST = { $count ->
    [one] A user with this address already exists. Leave it out, or correct the address.
   *[other] { $count } of these users already exist. Leave them out, or correct their addresses.
}
TARGET_EXISTS = The organization already has a target of this name. Choose another name.
NOT_A_SIMULATOR = Only a simulator can show what it has received.
TARGET_UNAVAILABLE = The target system does not answer. This is tried again automatically.
TARGET_REFUSED = The target system refused the account. Correct the details it names and try again.
