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
DOMAIN_CLAIMED_ELSEWHERE = { $domain } ou um domínio acima dele é reivindicado por outra organização. Se ele for seu, fale com o seu provedor.
DOMAIN_NOT_VERIFIED = { $domain } ainda não foi verificado. Crie primeiro o registro DNS e verifique o domínio.
CHALLENGE_RECORD_MISSING = Não há registro TXT em { $record_name }. Crie-o ou aguarde a publicação e verifique novamente.
CHALLENGE_MISMATCH = { $found_count ->
    [one] O registro TXT em { $record_name } não tem o valor esperado. Corrija-o e verifique novamente.
   *[other] Nenhum dos { $found_count } registros TXT em { $record_name } tem o valor esperado. Corrija um deles e verifique novamente.
}
DNS_UNAVAILABLE = O DNS não respondeu sobre { $record_name }. Tente novamente mais tarde.
DOMAIN_LIMIT_REACHED = Esta organização tem { $limit } domínios, que é o máximo. Libere um primeiro.
ORGANIZATION_IN_USE = Esta organização ainda atende clientes ou tem pessoas ativas. Mova-os primeiro ou confirme que deseja excluí-la.
ORGANIZATION_NOT_DELETED = Esta organização não está excluída.
MERGE_PLAN_STALE = Uma das duas organizações mudou desde que esta fusão foi planejada. Planeje-a de novo e veja o que há de novo.
MERGE_BLOCKED = Estas organizações não podem ser fundidas como estão. Remova primeiro o que o plano indica.
MERGE_UNDER_WAY = Esta organização está sendo fundida. Espere o fim ou cancele a fusão.
NOT_MERGED = Esta organização não foi fundida com outra. Não há nada a desfazer.
UNDO_WINDOW_OVER = Esta fusão é antiga demais para ser desfeita.
MERGE_NOT_UNDOABLE = Algo impede que esta fusão seja desfeita: { $resource }. Corrija isso primeiro.
ORGANIZATION_MERGED = Esta organização foi fundida com outra. Use { $merged_into }.
PARTNER_NOT_LINKED = Este parceiro não atende esta organização.
LINK_IS_READ_ONLY = Por este vínculo o parceiro só pode ler, portanto não pode pedir a administração completa.
LINK_HAS_FULL_ADMIN = O parceiro já administra esta organização por completo.
SETUP_NOT_COMPLETE = A administração completa pode ser pedida quando o serviço estiver configurado. Conclua primeiro a configuração.
ACCESS_REQUEST_PENDING = Esta organização ainda não respondeu ao último pedido. Aguarde a resposta.
ACCESS_REQUEST_EXPIRED = Ninguém respondeu a este pedido a tempo. Peça de novo.
ACCESS_REQUEST_DECIDED = Este pedido já foi respondido, ou o vínculo foi removido.

match-MATCHED = Este endereço pertence a uma pessoa desta organização.
match-CANDIDATES = Uma destas organizações pode ser a desejada. Escolha uma ou crie uma nova organização.
match-NONE = Nenhuma organização conhecida corresponde. Você pode criar uma nova.

unlikely = Ela não tem domínio verificado e ninguém esteve ativo nela nos últimos 365 dias.

explain-MATCH = Esta organização é a correspondente: o endereço é de uma de suas pessoas e de nenhuma outra organização.
explain-CANDIDATE = Esta organização está entre as candidatas.
explain-MERGED = Esta organização foi fundida com outra, que é considerada em seu lugar.
explain-DELETED = Esta organização está excluída.
explain-WRONG_ROLE = Esta organização não tem a função procurada.
explain-PUBLIC_MAIL_DOMAIN = O endereço é de um serviço de e-mail público, que nada diz sobre uma organização.
explain-DISPOSABLE_MAIL_DOMAIN = O endereço é de um serviço de endereços descartáveis, que nada diz sobre uma organização.
explain-PUBLIC_SUFFIX = O domínio do endereço é um sufixo sob o qual qualquer pessoa pode registrar nomes.
explain-NO_COMMON_DOMAIN = Esta organização não tem o domínio do endereço nem um domínio acima dele, e o endereço não é de nenhuma de suas pessoas.
explain-OTHER_IS_CONTACT = O endereço é de uma pessoa de outra organização, que é a correspondente.
explain-BEYOND_LIMIT = Esta organização serve, mas há outras demais que servem melhor.
