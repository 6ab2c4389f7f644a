import type { Messages } from './en.ts'

export const de: Messages = {
  direction: 'ltr',

  signInTitle: 'Anmelden',
  username: 'Benutzername',
  ways: 'Wie möchten Sie sich anmelden?',
  push: 'Okta Verify',
  pushHint: 'Eine Mitteilung auf dem Handy bestätigen',
  sms: 'SMS',
  smsHint: 'Einen Code per SMS bekommen; je nach Vertrag kostet das etwas',
  voice: 'Anruf',
  voiceHint: 'Ans Telefon gehen und einen Code hören',
  email: 'E-Mail',
  emailHint: 'Einen Code per E-Mail bekommen',
  otp: 'Authenticator-App',
  otpHint: 'Den Code in der App ablesen',
  signIn: 'Anmelden',

  secondStep: 'Noch ein Schritt',
  codeTitle: 'Code eingeben',
  codeText: 'Geben Sie den Code ein, den Sie bekommen haben.',
  codeLabel: 'Code',
  smsTitle: 'Sehen Sie auf Ihr Handy',
  smsText: 'Wenn sich dieser Benutzername per SMS anmelden kann, ist ein Code unterwegs.',
  smsLabel: 'Code aus der SMS',
  voiceTitle: 'Gehen Sie ans Telefon',
  voiceText:
    'Wenn sich dieser Benutzername per Anruf anmelden kann, klingelt gleich das Telefon und Sie hören einen Code.',
  voiceLabel: 'Code aus dem Anruf',
  emailTitle: 'Sehen Sie in Ihr Postfach',
  emailText: 'Wenn sich dieser Benutzername per E-Mail anmelden kann, ist ein Code unterwegs.',
  emailLabel: 'Code aus der E-Mail',
  otpTitle: 'Öffnen Sie Ihre Authenticator-App',
  otpText: 'Geben Sie den Code ein, den die App gerade anzeigt.',
  otpLabel: 'Code aus der App',
  codeHint: 'Leerzeichen und Bindestriche spielen keine Rolle.',
  continue: 'Weiter',

  pushTitle: 'Anmeldung bestätigen',
  pushText: 'Öffnen Sie Okta Verify auf Ihrem Handy und bestätigen Sie die Anmeldung.',
  numberText: 'Öffnen Sie Okta Verify auf Ihrem Handy und wählen Sie {number}',
  notMe: 'Wenn Sie das nicht selbst begonnen haben, wählen Sie dort „Nein, das bin ich nicht“.',
  waiting: 'Warten auf Ihre Bestätigung\u00A0…',
  byHand: 'Wenn Sie bestätigt haben, wählen Sie „Weiter“.',
  checking: 'Wird geprüft\u00A0…',
  checkedAgain: 'Gerade eben wurde nachgesehen. Wählen Sie in {time} noch einmal „Weiter“.',
  pushLate:
    'Immer noch nichts? Öffnen Sie Okta Verify selbst, auch wenn keine Mitteilung gekommen ist. Ist dort nichts zu sehen, prüfen Sie den Benutzernamen oder wählen Sie einen anderen Weg.',
  codeLate:
    'Immer noch nichts? Es kann eine Minute dauern. Kommt nichts an, prüfen Sie den Benutzernamen oder wählen Sie einen anderen Weg.',

  timeLeft: 'Verbleibende Zeit: {time}',
  hurry: 'Es bleibt weniger als eine Minute.',
  sendAgain: 'Noch einmal senden',
  callAgain: 'Noch einmal anrufen',
  againIn: 'Wieder möglich in {time}',
  againAt: 'Wieder möglich ab {time}',
  attemptsLeft: 'Verbleibende Versuche: {count}',
  sentAgain: 'Noch einmal gesendet. Es gilt nur das Neueste.',
  otherWays: 'Ein anderer Weg',
  cancel: 'Abbrechen',
  startAgain: 'Neu beginnen',
  tryAgain: 'Noch einmal versuchen',
  offline: 'Keine Verbindung. Diese Seite versucht es von selbst wieder.',
  notSent:
    'Das ließ sich nicht senden: keine Verbindung. Versuchen Sie es noch einmal, wenn sie wieder da ist.',

  deniedTitle: 'Anmeldung nicht bestätigt',
  expiredTitle: 'Das hat zu lange gedauert',
  tooManyTitle: 'Zu viele Versuche',
  endedTitle: 'Diese Anmeldung ist beendet',
  noCookieTitle: 'Cookies werden benötigt',
  noCookieText:
    'Ihr Browser hat das Cookie dieser Website nicht behalten, daher ging die Anmeldung nicht weiter. Erlauben Sie Cookies für diese Website und beginnen Sie dann neu.',
  unavailableTitle: 'Die Anmeldung ist gerade nicht möglich',
  unavailableText:
    'Es liegt nicht an Ihnen. Warten Sie einen Moment und versuchen Sie es dann noch einmal.',
  signedInTitle: 'Sie sind angemeldet',
  signedInText: 'Diese Anmeldung ist schon abgeschlossen, vielleicht in einem anderen Tab.',
  signedInAlready:
    'Hier ist nichts zu tun. Sie können weitergehen oder sich mit einem anderen Benutzernamen anmelden.',
  signInAsOther: 'Noch einmal anmelden',
  errorTitle: 'Fehler: {title}',
  unknownError: 'Etwas ist schiefgegangen. Bitte versuchen Sie es noch einmal.',
  codesUsedUp:
    'Zu viele falsche Codes. Zu Ihrer Sicherheit sind Wege mit Code eine Weile gesperrt.',

  challenge_started: 'Schließen Sie die Anmeldung auf Ihrem Handy ab.',
  authorization_pending:
    'Noch nicht bestätigt. Bestätigen Sie die Anmeldung auf Ihrem Handy und machen Sie dann weiter.',
  mfa_required: 'Die Anmeldung braucht einen zweiten Schritt, der hier nicht möglich ist.',
  login_hint_missing: 'Geben Sie Ihren Benutzernamen ein.',
  login_hint_invalid: 'Dieser Benutzername ist nicht gültig. Bitte prüfen Sie die Schreibweise.',
  channel_not_allowed: 'Wählen Sie einen der angebotenen Wege.',
  code_missing: 'Geben Sie den Code ein.',
  code_invalid: 'Geben Sie den Code genau so ein, wie Sie ihn bekommen haben.',
  wrong_step: 'Das passte nicht zu diesem Schritt. Bitte machen Sie hier weiter.',
  incorrect_code:
    'Dieser Code stimmt nicht. Sehen Sie nach dem neuesten und versuchen Sie es noch einmal.',
  challenge_denied: 'In Okta Verify wurde abgelehnt oder eine andere Zahl gewählt.',
  challenge_expired: 'Zu Ihrer Sicherheit bleibt eine Anmeldung nur wenige Minuten offen.',
  no_challenge:
    'Sie wurde abgeschlossen, abgebrochen oder durch eine neuere ersetzt, vielleicht in einem anderen Tab.',
  unsupported_media_type:
    'Die gesendeten Angaben konnten nicht gelesen werden. Bitte verwenden Sie das Formular auf dieser Seite.',
  cross_site_request: 'Bitte melden Sie sich zu Ihrer Sicherheit auf dieser Seite an.',
  number_challenge_required: 'Dieser Weg ist hier nicht sicher genug. Wählen Sie einen anderen.',
  access_denied:
    'So können Sie sich nicht anmelden. Prüfen Sie den Benutzernamen oder wählen Sie einen anderen Weg.',
  too_many_attempts: 'Warten Sie zu Ihrer Sicherheit eine Weile, bevor Sie neu beginnen.',
  rate_limited: 'Das war zu oft. Warten Sie kurz und versuchen Sie es dann noch einmal.',
  session_missing: 'Die Anmeldung ist nicht richtig eingerichtet.',
  session_failed:
    'Ihre Anmeldung konnte nicht gespeichert werden. Bitte versuchen Sie es noch einmal.',
  configuration_error: 'Die Anmeldung ist nicht richtig eingerichtet.',
  protocol_error: 'Die Antwort auf Ihre Anmeldung war nicht zu verstehen.',
  id_token_invalid: 'Die Antwort auf Ihre Anmeldung ließ sich nicht prüfen.',
  upstream_unavailable: 'Der Anmeldedienst ist gerade nicht erreichbar.',
  limiter_unavailable: 'Die Anmeldung ist gerade nicht möglich.',
  upstream_timeout: 'Der Anmeldedienst hat nicht rechtzeitig geantwortet.',
}
