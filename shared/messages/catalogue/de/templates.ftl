NOT_A_PARTNER = Vorlagen gehören Partnern, und diese Organisation ist kein Partner. Geben Sie ihr zuerst die Rolle Partner.
NOTHING_TO_SUBMIT = Die Vorlage wurde seit ihrer neuesten Revision nicht geändert. Es gibt nichts einzureichen.
