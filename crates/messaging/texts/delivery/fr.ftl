message-reminder-sms = Bonjour { $name }, vous avez rendez-vous le { $when }. Répondez 1 pour confirmer, 2 si vous ne pouvez pas venir. Pour ne plus recevoir de messages, répondez ARRET.
    .with-hospital = { $hospital } : bonjour { $name }, vous avez rendez-vous le { $when }. Répondez 1 pour confirmer, 2 si vous ne pouvez pas venir. Pour ne plus recevoir de messages, répondez ARRET.
message-followup-sms = Bonjour { $name }, merci de votre visite. Si vous avez des questions ou si vous allez moins bien, appelez-nous ou revenez. Pour ne plus recevoir de messages, répondez ARRET.
    .with-hospital = { $hospital } : bonjour { $name }, merci de votre visite. Si vous avez des questions ou si vous allez moins bien, appelez-nous ou revenez. Pour ne plus recevoir de messages, répondez ARRET.
message-reminder-subject = Votre rendez-vous
    .with-hospital = Votre rendez-vous – { $hospital }
message-reminder-email =
    Bonjour { $name },

    vous avez rendez-vous le { $when }.

    Je viendrai : { $confirm }

    Je ne peux pas venir : { $cancel }

    Si vous ne pouvez pas venir, prévenez-nous, afin que quelqu’un d’autre puisse prendre votre place.
    .with-hospital =
        Bonjour { $name },

        vous avez rendez-vous le { $when } ({ $hospital }).

        Je viendrai : { $confirm }

        Je ne peux pas venir : { $cancel }

        Si vous ne pouvez pas venir, prévenez-nous, afin que quelqu’un d’autre puisse prendre votre place.
message-followup-subject = Merci de votre visite
    .with-hospital = Merci de votre visite – { $hospital }
message-followup-email =
    Bonjour { $name },

    merci de votre visite. Si vous avez des questions ou si vous allez moins bien, appelez-nous ou revenez.
    .with-hospital =
        Bonjour { $name },

        merci de votre visite ({ $hospital }). Si vous avez des questions ou si vous allez moins bien, appelez-nous ou revenez.
message-opted-out = Vous ne recevrez plus de messages de notre part. Pour en recevoir à nouveau, répondez START.
message-opted-in = Vous recevrez à nouveau nos messages. Pour ne plus en recevoir, répondez ARRET.
message-test = Ceci est un message d’essai de Chelal.
message-test-subject = Message d’essai
messaging-not-now = Impossible tant que le message est dans l’état { $state }. Rechargez-le pour voir ce qui est possible.
messaging-resent-often = Ce message a déjà été renvoyé { $times } fois. Il pourra l’être de nouveau à partir de : { $when }.
message-moved-sms = Bonjour { $name }, votre rendez-vous a été déplacé. Il est maintenant le { $when }. Pour ne plus recevoir de messages, répondez ARRET.
    .with-hospital = { $hospital } : bonjour { $name }, votre rendez-vous a été déplacé. Il est maintenant le { $when }. Pour ne plus recevoir de messages, répondez ARRET.
message-moved-subject = Votre rendez-vous a été déplacé
    .with-hospital = Votre rendez-vous a été déplacé – { $hospital }
message-moved-email =
    Bonjour { $name },

    votre rendez-vous a été déplacé. Il est maintenant le { $when }.
    .with-hospital =
        Bonjour { $name },

        votre rendez-vous ({ $hospital }) a été déplacé. Il est maintenant le { $when }.
message-cancelled-sms = Bonjour { $name }, votre rendez-vous du { $when } n’aura pas lieu. Appelez-nous pour en prendre un autre. Pour ne plus recevoir de messages, répondez ARRET.
    .with-hospital = { $hospital } : bonjour { $name }, votre rendez-vous du { $when } n’aura pas lieu. Appelez-nous pour en prendre un autre. Pour ne plus recevoir de messages, répondez ARRET.
message-cancelled-subject = Votre rendez-vous n’aura pas lieu
    .with-hospital = Votre rendez-vous n’aura pas lieu – { $hospital }
message-cancelled-email =
    Bonjour { $name },

    votre rendez-vous du { $when } n’aura pas lieu. Appelez-nous pour en prendre un autre.
    .with-hospital =
        Bonjour { $name },

        votre rendez-vous du { $when } ({ $hospital }) n’aura pas lieu. Appelez-nous pour en prendre un autre.
message-visit-confirmed = Merci. Nous vous attendons le { $when }.
message-visit-cancelled = Votre rendez-vous du { $when } est annulé. Appelez-nous pour en prendre un autre.
message-passed-on = Merci. Votre message a été transmis à l’accueil. En cas d’urgence, venez ou appelez.
page-visit-confirm = Vous avez rendez-vous le { $when }. Confirmez-vous votre venue ?
page-visit-confirm-button = Oui, je viendrai
page-visit-cancel = Vous avez rendez-vous le { $when }. Voulez-vous l’annuler ?
page-visit-cancel-button = Annuler le rendez-vous
page-visit-gone = Ce lien n’est plus valable : il a déjà servi, ou le rendez-vous a été déplacé ou est passé. Veuillez appeler l’hôpital.
message-offer-sms = Bonjour { $name }, une heure s’est libérée : { $when }. Répondez 1 pour la prendre, 2 si vous ne pouvez pas venir. Elle vous est réservée jusqu’au { $until }.
    .with-hospital = { $hospital } : bonjour { $name }, une heure s’est libérée : { $when }. Répondez 1 pour la prendre, 2 si vous ne pouvez pas venir. Elle vous est réservée jusqu’au { $until }.
message-offer-subject = Une heure s’est libérée
    .with-hospital = Une heure s’est libérée – { $hospital }
message-offer-email =
    Bonjour { $name },

    une heure s’est libérée : { $when }. Elle vous est réservée jusqu’au { $until }.

    Je la prends : { $accept }

    Je ne peux pas venir : { $decline }
    .with-hospital =
        Bonjour { $name },

        une heure s’est libérée à { $hospital } : { $when }. Elle vous est réservée jusqu’au { $until }.

        Je la prends : { $accept }

        Je ne peux pas venir : { $decline }
message-offer-accepted = Merci. Nous vous attendons le { $when }.
message-offer-declined = Merci de nous avoir prévenus. Vous restez sur la liste d’attente.
page-offer-accept = Une heure est libre pour vous : { $when }. Elle est réservée jusqu’au { $until }.
page-offer-accept-button = La prendre
page-offer-decline = Vous ne pouvez pas venir le { $when } ?
page-offer-decline-button = La laisser à quelqu’un d’autre
