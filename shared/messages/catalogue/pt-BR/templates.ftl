NOT_A_PARTNER = Modelos pertencem a parceiros, e esta organização não é um parceiro. Atribua a ela primeiro a função de parceiro.
NOTHING_TO_SUBMIT = O modelo não mudou desde a última revisão. Não há nada a enviar.
