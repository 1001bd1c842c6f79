# Texts of identity: signing in, passwords, accounts, roles.

## Signing in
wrong-credentials = No active account has this name and password. Check both, or ask for a new password.
wrong-password = This is not the present password. Enter the one that you sign in with.
password-temporary = Choose another password: this one was only given to you for the first sign-in.
account-closed = This account was closed for good. Create a new one instead.
wrong-code = This code is not valid, or was used already. Enter the next one.
second-factor-off = The second factor is not switched on. Set it up first.
second-factor-on = The second factor is switched on already. Switch it off first.

## Passwords
password-too-short = Choose a password of { $min } characters or more.
password-too-long = Choose a password of at most { $max } bytes.
password-control-character = Remove the invisible control characters from the password.
password-too-common = This password is too easy to guess. Choose a longer or more unusual one, such as several words.
password-too-similar = This password is too similar to the user's name or e-mail address. Choose another one.
password-or-email = Enter a password, or an e-mail address that the invitation can be sent to.
link-expired = This link has expired or was used already. Ask for a new one.
link-invalid = This link is not valid. Copy it as a whole, or ask for a new one.
reset-requested = If there is an account with this name or address, a link for a new password is on its way.

## Accounts and roles
username-spaces = A username may not contain spaces. Leave them out.
last-admin = This is the last active administrator. Make somebody else an administrator first.
check-fields = Please check the fields that are marked.
role-builtin = A built-in role is neither renamed nor deleted. Make a role of your own instead.
admin-keeps = The role Admin keeps { $permission }, over all records: nobody could set things right without it.
unknown-permission = There is no permission “{ $name }”. Near ones: { $near }.
scope-without-permission = The role holds no permission of “{ $name }”, so it cannot have a scope. Add the permission first.

## E-mails
mail-reset-subject = A new password for Chelal
mail-reset-body =
    Hello,

    Somebody asked for a new password for the account at Chelal with this address. To choose one, open this link within one hour:

    { $link }

    If it was not you, you need not do anything: your password stays as it is.
mail-invitation-subject = Your account at Chelal
mail-invitation-body =
    Hello { $name },

    An account was made for you. Your username is { $username }. To choose your password, open this link within seven days:

    { $link }
reauthenticate = Sign in again before you do this, or send your present password with it.
session-idle = This session was not used for too long. Sign in again.
delegate-by-name = Name the delegate by their exact username, as “delegate_username”.
mail-changed-subject = The security of your Chelal account was changed
mail-changed-body =
    Hello,

    The password, the address, the phone number, the second factor or an API key of your account at Chelal was changed a moment ago.

    If it was not you, choose a new password at once, and tell your administrator: { $link }
username-characters = A username consists of letters, figures and . _ - @ +.
username-lookalike = Write the username in the letters of one script.
username-reserved = This name is kept for the program. Choose another one.
reset-without-mail = This installation sends no e-mail. Ask an administrator for a new password.
mail-guessed-subject = Many failed attempts to sign in to your Chelal account
mail-guessed-body =
    Hello,

    Somebody keeps trying to sign in to your account at Chelal with wrong passwords, from many addresses. Your password was not found out, and you can go on working from where you last signed in.

    If your password is short or used elsewhere, choose another one, and tell your administrator: { $link }
