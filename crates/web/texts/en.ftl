# Pages: the parts that all of them share.

page-skip = Skip to the content
page-nav = Places
page-find = Find a patient by name, number or phone
page-sign-out = Sign out
page-elsewhere = This was sent from another site, and nothing was done. Open the page here and send it again.

sign-in-title = Sign in
sign-in-button = Sign in
sign-in-forgot = I forgot my password
sign-in-code = Code of your authenticator app
sign-in-code-hint = Six digits, or one of your recovery codes.
sign-in-again = You were signed out because nothing was done for a while, or elsewhere. Sign in, and what you typed is still there.
done-signed-out = You are signed out.
done-password = Your new password is saved.

account-title = Your account
account-password = Change your password
account-password-due = This password was only for the first time. Choose one of your own before anything else.
account-password-old = The present password
account-password-new = The new password
account-password-button = Save the password

form-check = Please check what was entered
form-error = Error
form-optional = (optional)
form-stale = Somebody else changed this meanwhile
form-stale-what = Nothing was saved. What you typed is below, and beside each field what is stored now. Send it again to replace that.
form-stored-now = Stored now:
form-not-saved = Not saved. What you typed is kept.
form-pick = Name, number or a few letters
form-look = Find
form-found-nothing = Nothing was found.
form-unreadable = The form could not be read. Go back and send it again.

refused-forbidden = Not allowed
refused-nothing = There is nothing here
refused-conflict = That does not fit what is stored
refused-slower = Too often
refused-broken = Something went wrong
refused-refused = That was not possible
refused-not-yours = This page is not part of your work. If it should be, ask your administrator.
refused-insecure = Signing in needs a connection by HTTPS. Ask whoever runs this server to switch it on, or open it on the machine itself.
refused-home = Go to my work
refused-number = When you report this, say this number:

script-saving = Saving …
script-still = Still trying …
script-leave = What you typed is not saved.
script-offline = No connection since
script-keys = Keys of this page

day = { $day } { $month } { $year }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

# Names of fields, the same in every form.
field-gender = Sex
