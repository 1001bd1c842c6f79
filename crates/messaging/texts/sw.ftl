# Notifications
notifications-since = Taja nambari ya arifa au wakati kama 2027-05-27T09:00:00Z.
notifications-unread = Taja true au false.
notice-task-assigned = Umepewa kazi: { $title }
notifications-since-id = Taja nambari ya arifa ya mwisho uliyoiona.
notice-appointment-booked = Miadi mipya: { $patient }, { $when }.
notice-appointment-moved = Miadi imehamishwa: { $patient }, sasa { $when }.
notice-appointment-cancelled = Miadi imefutwa: { $patient }, { $when }.
notice-appointment-missed = { $patient } hakuja kwenye miadi, { $when }.
notice-critical-result = { $title }. Mgonjwa: { $patient }. Thibitisha sasa kwamba umeona.
notice-critical-result-passed-on = Hakuna aliyethibitisha: { $title }. Mgonjwa: { $patient }. Thibitisha sasa kwamba umeona.
notice-glass-broken = { $user } amefungua rekodi ya mgonjwa kwa dharura. Ikague chini ya break-glass.
notice-breach-due = Uvujaji { $breach }: mamlaka lazima iarifiwe kabla ya { $due }.
notice-breach-overdue = Uvujaji { $breach }: mamlaka ilipaswa kuarifiwa kabla ya { $due }. Iarifu sasa na ueleze sababu ya kuchelewa.
notice-access-questioned = Ufikiaji wa rekodi unaosubiri uamuzi wako: { $open }.
notice-incoming-sms = SMS kutoka kwa { $from }: { $text }

# Skrini

messaging-failed = Ujumbe ulioshindikana
messaging-failed-none = Hakuna ujumbe ulioshindikana siku za karibuni.
messaging-by-sms = SMS
messaging-by-email = barua pepe
messaging-resend = Tuma tena
done-resent = Ujumbe unatumwa tena.
