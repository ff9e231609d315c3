NOT_A_PARTNER = Mallar tillhör partner, och den här organisationen är ingen partner. Ge den partnerrollen först.
NOTHING_TO_SUBMIT = Mallen har inte ändrats sedan den senaste revisionen. Det finns inget att skicka in.
