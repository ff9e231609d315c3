### What is wrong with one field, by the rule that it breaks (google.rpc.BadRequest.FieldViolation.reason), with or without the
### type that the rule's name begins with. The limits stand in the description of the violation.

# Where no other text fits.
rule = This is not valid.

rule-REQUIRED = This is missing. Give a value.
rule-MIN_LEN = This is too short. Add to it.
rule-MIN_BYTES = This is too short. Add to it.
rule-MAX_LEN = This is too long. Shorten it.
rule-MAX_BYTES = This is too long. Shorten it.
rule-PATTERN = This does not have the right form.
rule-PREFIX = This does not begin as it should.
rule-EMAIL = This is not an e-mail address. Give one such as name@example.com.
rule-UUID = This is not a UUID.
rule-HOSTNAME = This is not a host name. Give one such as mail.example.com.
rule-URI = This is not a web address. Give one such as https://example.com.
rule-IN = This value is not accepted here. Choose one of those offered.
rule-DEFINED_ONLY = This value is not accepted here. Choose one of those offered.
rule-NOT_IN = This value is not accepted here. Choose one of those offered.
rule-GT = This value is too small.
rule-GTE = This value is too small.
rule-LT = This value is too large.
rule-LTE = This value is too large.
rule-MIN_ITEMS = There are too few entries. Add some.
rule-MAX_ITEMS = There are too many entries. Remove some.
rule-UNIQUE = An entry occurs twice. Remove one of the two.
rule-FIELD_MASK_KNOWN = There is no such field.
rule-MASK = This field cannot be changed here.
rule-RESOURCE_NAME = This is not the name of anything. Copy it as you received it.
rule-PRINTABLE = This contains characters that cannot be shown. Remove them.
rule-REGION = This is not the code of a country or region. Give one such as SE.
rule-TIME_ZONE = This is not a time zone. Give one such as Europe/Stockholm.
rule-PUBLIC_MAIL_DOMAIN = This is a public mail domain and belongs to no organization. Leave it out.
rule-DISPOSABLE_MAIL_DOMAIN = This is a throw-away mail domain and belongs to no organization. Leave it out.
rule-PUBLIC_SUFFIX = Anybody can register names under this domain. Give a name below it.
rule-MIXED_SCRIPTS = This domain can be mistaken for another one. Write it in one script.
rule-MORE = There is more to correct. Begin with what is listed here.
