NOT_A_PARTNER = Les modèles appartiennent à des partenaires, et cette organisation n'en est pas un. Attribuez-lui d'abord le rôle de partenaire.
NOTHING_TO_SUBMIT = Le modèle n'a pas changé depuis sa dernière révision. Il n'y a rien à soumettre.
