# Texts of what concerns the users themselves: roles asked for, delegates, memberships.

role-already-held = You already have this role. Choose another one.
role-request-pending = You already have a request that is waiting for a decision. Wait until it is decided.
superuser-is-admin = A superuser always has the role Admin and cannot be given another one.
own-role-request = You cannot decide your own request. Ask another administrator.
unknown-username = There is no user called “{ $name }”. Check the spelling.
delegate-fixed = The delegate cannot be changed. Revoke this delegation and make a new one.
delegate-is-self = You cannot be your own delegate. Choose another user.
delegate-inactive = This user is not active. Choose another one.
membership-fixed = This cannot be changed. Delete this membership and make a new one.
