LOOKS_LIKE_EXISTING = Já existem organizações parecidas. Escolha uma delas ou confirme que deseja uma nova.
IMPORT_REFUSED = { $refused_count ->
    [one] Uma linha não é válida, por isso nada foi importado. Corrija-a ou importe somente as linhas válidas.
   *[other] { $refused_count } linhas não são válidas, por isso nada foi importado. Corrija-as ou importe somente as linhas válidas.
}
IMPORT_OPTIONS_MISSING = Uma importação começa pelas opções. Envie-as primeiro.
ACTIVITY_OPTIONS_MISSING = Um relatório de atividade começa pelas opções. Envie-as primeiro.
LINE_TOO_LONG = A linha { $line } tem mais de { $limit_bytes } bytes. Encurte-a; cada linha é uma organização.
NOT_A_PARTNER = Esta organização não é um parceiro. Atribua a ela primeiro a função de parceiro.
LINK_WOULD_CYCLE = Este vínculo tornaria uma organização parceira de si mesma, diretamente ou por meio de outras.

match-MATCHED = Este endereço pertence a uma pessoa desta organização.
match-CANDIDATES = Uma destas organizações pode ser a desejada. Escolha uma ou crie uma nova organização.
match-NONE = Nenhuma organização conhecida corresponde. Você pode criar uma nova.

unlikely = Ela não tem domínio verificado e ninguém esteve ativo nela nos últimos 365 dias.
