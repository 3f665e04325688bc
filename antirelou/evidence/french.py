"""What the report and the page say, in French; the words are the same as `english.py`'s, name by name."""

from __future__ import annotations

REPORT, PAGE, VOLUME = "rapport.pdf", "verification.txt", "messages-{:03d}.pdf"

WORDS = {
    "code": "fr-FR",
    "title": "Messages reçus par un répondeur automatique de SMS",
    "subtitle": "Rapport et relevé intégral",
    "volume_title": "Messages reçus par un répondeur automatique de SMS, relevé intégral, volume {}",
    "contents": "Sommaire",
    "period": "Période",
    "to": "au",
    "zone": "Heures",
    "zone_said": "{}, avec l'écart à l'heure universelle (UTC)",
    "made": "Établi le",
    "with": "Établi avec",
    "criteria": "Sélection",
    "by_sender": "numéro affiché",
    "by_search": "avec les mots",
    "by_reason": "décision",
    "all": "tous les messages de la période",
    "messages": "Messages",
    "numbers": "Numéros affichés",
    "files": "Ce rapport fait partie d'un dossier. Les autres fichiers du dossier contiennent les mêmes messages sous une forme "
    "exacte (messages.json) et en tableau (messages.csv), et de quoi vérifier que rien n'y a été changé.",
    "displayed": "Un « numéro affiché » est le numéro que le réseau a transmis avec un message. Il peut être falsifié : il ne "
    "dit pas qui a écrit.",
    # what the service is
    "service": "Ce qu'est ce service",
    "service_1": "Le service est un numéro de téléphone mobile que l'on peut donner à une personne insistante. Une carte SIM "
    "se trouve dans un modem USB relié à un ordinateur ; un logiciel libre, antirelou, y lit les SMS reçus.",
    "service_2": "Chaque SMS est d'abord écrit dans un registre sur le disque, tel que le réseau l'a livré, puis effacé de la "
    "carte SIM. Il reçoit une décision et une seule. La plupart des messages appellent une réponse automatique : un "
    "court texte sur le consentement, envoyé quelques heures plus tard, une seule fois par numéro (deux au plus).",
    "service_3": "Les réponses sont limitées en nombre par heure, par jour et par mois, comme l'exige tout forfait mobile. "
    "Un afflux de messages retarde ou empêche donc les réponses destinées aux autres personnes.",
    "service_4": "Chaque écriture du registre est liée à la précédente par une empreinte SHA-256 (la « chaîne ») : une "
    "modification, une suppression ou un ajout ultérieurs se voient.",
    # totals
    "totals": "Période et totaux",
    "first": "Premier message reçu",
    "last": "Dernier message reçu",
    "pdus": "SMS tels que livrés (PDU)",
    "erased": "Messages effacés depuis, absents du dossier",
    "texts_different": "Textes différents, une fois regroupés",
    "by_kind": "Par nature",
    "by_decision": "Par décision du service",
    "kind": "Nature",
    "decision": "Décision",
    "meaning": "Sens",
    "number_of": "Nombre",
    # timeline
    "timeline": "Chronologie",
    "timeline_said": "Messages reçus par {}, à l'heure de réception ({}). Le plus haut : {}, avec {}.",
    "hour": "heure",
    "day": "jour",
    "month": "mois",
    "begins": "À partir de",
    # senders
    "senders": "Numéros affichés, par nombre de messages",
    "number": "Numéro affiché",
    "withheld": "masqué",
    "first_at": "Premier",
    "last_at": "Dernier",
    "share": "Part",
    # texts
    "texts": "Textes, regroupés",
    "texts_said": "Des textes presque identiques (casse, accents, espaces, émojis, quelques caractères) sont comptés ensemble ; "
    "le texte montré est le plus fréquent du groupe. {} messages se lisent ainsi en {} textes. Le texte exact de chaque "
    "message figure dans le relevé.",
    "texts_once": "Venus une seule fois",
    "group": "{} messages de {} numéros affichés, {} graphies",
    "group_one": "{} messages de {} numéros affichés",
    "more_numbers": "et {} autres numéros",
    "rest": "{} autres groupes de deux messages ou plus, et {} textes venus une seule fois, figurent dans le relevé.",
    # effects
    "effects": "Effets sur le service",
    "effects_said": "Les mêmes grandeurs avant, pendant et après la période du rapport, pour tous les messages reçus par le "
    "service (et pas seulement ceux de la sélection). L'acheminement est le temps entre l'horodatage du réseau, à la "
    "seconde, et la réception ; les messages reçus pendant que l'horloge n'était pas synchronisée n'y comptent pas.",
    "measure": "Grandeur",
    "before": "Avant",
    "during": "Pendant",
    "after": "Après",
    "came": "Messages reçus",
    "came_senders": "Numéros affichés différents",
    "lateness": "Acheminement, médiane",
    "lateness_most": "Acheminement, le plus long",
    "late": "Acheminés en plus de {} minutes",
    "again": "Livrés plusieurs fois par le réseau",
    "swept": "Le plus de SMS trouvés à la fois sur la SIM",
    "due": "Réponses dues",
    "submitted": "… parties",
    "dropped": "… abandonnées",
    "queued": "… encore en attente à la date du rapport",
    "unknown": "… au sort inconnu ou refusées",
    "wait": "Retard des réponses parties, médiane",
    "wait_most": "Retard des réponses parties, le plus long",
    "floods": "Afflux constatés",
    "flood": "du {} au {}",
    "still": "(en cours)",
    "no_flood": "Aucun afflux, au sens des réglages du service, n'a été constaté pendant la période.",
    "dropped_by": "Réponses abandonnées pendant la période, par motif",
    "events": "Incidents",
    "event": "Incident",
    "times": "Fois",
    "none": "aucun",
    # notes
    "notes": "Observations de l'exploitant",
    "no_notes": "Aucune observation n'a été consignée pour cette période.",
    "note": "Observation {}",
    "observed": "Constaté le {}, consigné le {}.",
    "note_file": "Fichier joint aux observations : {}, SHA-256 {}.",
    # mms
    "mms": "Notifications de MMS",
    "mms_said": "Un MMS n'est pas reçu lui-même : le réseau annonce seulement qu'il attend. L'annonce donne un expéditeur, une "
    "taille et un objet ; le contenu n'a pas été téléchargé.",
    "no_mms": "Aucune notification de MMS n'est dans la sélection.",
    "size": "Taille (octets)",
    "subject": "Objet",
    "mms_sender": "Numéro annoncé",
    # limits
    "limits": "Ce qui ne peut pas être prouvé",
    "limit_1": "Qui a écrit. Le numéro affiché peut être falsifié ; seul l'opérateur de téléphonie peut dire quelle ligne a "
    "émis un message, et ne le peut que pendant un temps limité.",
    "limit_2": "L'heure exacte de réception. Elle vient de l'horloge de l'ordinateur, qui n'a pas de pile : le relevé dit pour "
    "chaque message si le système la tenait alors pour synchronisée. L'heure du réseau vient du centre de messages.",
    "limit_3": "Ce qui précède la première ancre externe. La chaîne montre qu'elle n'a pas été modifiée depuis que l'une de "
    "ses empreintes a été déposée ailleurs (une « ancre »). Avant ce dépôt, qui disposait de la machine pouvait encore "
    "tout récrire : rien de ce qui précède n'est garanti.",
    "limit_anchor": "Pour ce dossier, une ancre a été indiquée : l'entrée {}, d'empreinte {}. La chaîne du dossier y mène ; ce qui "
    "suit cette entrée n'est pas couvert par elle. Que "
    "cette ancre ait bien été déposée ailleurs, et quand, se vérifie là où elle l'a été.",
    "limit_no_anchor": "Pour ce dossier, aucune ancre n'a été indiquée : rien n'y est dit garanti. Qui détient une empreinte "
    "de la chaîne peut la comparer au fichier chain.jsonl.",
    "limit_4": "Que rien ne manque. Le réseau ne garde un SMS que quelques jours ; quand la SIM est pleine ou le modem absent, "
    "des messages peuvent se perdre avant d'arriver. Le dossier contient une sélection : le reste de la chaîne n'y "
    "figure que sous forme d'empreintes.",
    "limit_5": "Les nombres de ce rapport sur les effets sont comptés dans le registre ; ils ne sont pas chacun liés à la "
    "chaîne, non plus que le nombre de livraisons d'un même SMS et la raison d'une attente. D'un message pas encore "
    "décidé, la chaîne ne fixe que le SMS tel que livré (PDU).",
    # how to verify
    "verify": "Comment vérifier ce dossier",
    "verify_1": "Avec les outils de tout système Linux, dans le dossier :",
    "verify_2": "Chaque ligne doit finir par « OK » ou « Réussi ». Le fichier SHA256SUMS lui-même a une empreinte, que "
    "l'exploitant a notée en établissant le dossier : la demander, et la comparer à celle que donne sha256sum SHA256SUMS.",
    "verify_3": "Avec Python 3.8 ou plus récent, sans rien d'autre :",
    "verify_4": "Ce script d'une trentaine de lignes vérifie les empreintes des fichiers, puis que chaque entrée de la chaîne "
    "(chain.jsonl) découle de la précédente, puis que chaque message de messages.json est bien celui que son entrée "
    "fixe : SHA-256(nonce || JSON canonique de at, kind, line, of, row).",
    "verify_5": "Avec antirelou lui-même, qui dit en outre quelle sorte de changement explique un écart :",
    "verify_6": "Le tableau messages.csv donne les mêmes messages pour un tableur ; les caractères qui pourraient y agir y sont "
    "remplacés par des séquences comme \\u202e, et une apostrophe précède ce qui ressemblerait à une formule.",
    "head_first": "Empreinte avant l'entrée {}",
    "head_last": "Empreinte de l'entrée {}",
    # messages
    "in_full": "Relevé intégral des messages",
    "in_full_said": "Chaque message sélectionné, dans l'ordre du registre. Le texte est donné en entier ; un signe que la police "
    "ne peut dessiner, ou qui agirait sur la lecture, y est remplacé par son numéro Unicode entre crochets ⟨ ⟩.",
    "in_volumes": "Les {} messages figurent en entier dans {} volumes de ce dossier :",
    "volume_row": "messages {} à {}",
    "message": "Message {}",
    "network_time": "Heure du réseau",
    "received": "Reçu",
    "clock_synchronised": "horloge synchronisée",
    "clock_unsynchronised": "horloge non synchronisée",
    "clock_wrong": "horloge déclarée fausse",
    "centre": "Centre de messages",
    "of_segments": "{} segments reçus sur {}",
    "deliveries": "livré {} fois",
    "no_text": "(pas de texte)",
    "pdu": "PDU",
    "digest": "SHA-256 du PDU",
    "entries": "Chaîne",
    "entry": "entrée {}, empreinte {}",
    "reply": "Réponse",
    # signs
    "signs": "Signes remplacés",
    "signs_said": "Ces signes figurent dans des textes reçus et sont remplacés dans ce fichier par leur numéro Unicode.",
    "sign": "Numéro",
    "nameless": "signe de commande, ou sans nom",
    "sign_name": "Nom dans la norme Unicode",
    # annex
    "annex": "Annexe : exploitant, carte SIM et machine",
    "annex_said": "Ce qui suit n'est pas dans le dossier.",
    "manifest": "Dossier (SHA256SUMS)",
    "machine": "Machine",
    "host": "Nom de la machine",
    "user": "Utilisateur",
    "system": "Système",
    "python": "Python",
    "program": "antirelou",
    "log": "Registre",
    "folder": "Dossier établi dans",
    "line_of": "Ligne {}",
    "line_line": "Nom",
    "line_number": "Numéro propre",
    "line_iccid": "ICCID de la carte SIM",
    "line_imsi": "IMSI",
    "line_imei": "IMEI du modem",
    "line_manufacturer": "Fabricant du modem",
    "line_model": "Modèle du modem",
    "line_revision": "Version du modem",
    "line_network": "Réseau",
    "line_service_centre": "Centre de messages propre",
    "line_first_start_at": "Première mise en service",
    "phones": "Téléphones de l'exploitant",
}

KINDS = {
    "text": "texte",
    "call": "appel",
    "status_report": "accusé de réception",
    "voicemail": "avis de messagerie vocale",
    "mms": "notification de MMS",
    "data": "données",
    "undecodable": "illisible",
    "self_test": "essai du service",
}

REASONS = {
    "not_a_text": "n'est pas un texte",
    "own_number": "vient du service lui-même",
    "test": "essai de l'exploitant",
    "before_service": "antérieur à la mise en service",
    "stale": "trop ancien à son arrivée",
    "unreplyable": "numéro auquel on ne peut répondre",
    "country": "pays auquel le service ne répond pas",
    "blocked": "numéro bloqué par l'exploitant",
    "opted_out": "a demandé à ne plus être contacté",
    "distress": "peut-être un appel à l'aide",
    "already_told": "a déjà reçu la réponse",
    "loop": "machine : texte répété ou rafale",
    "campaign": "texte collé : venu de trois numéros ou plus",
    "pending": "une réponse à ce numéro attend déjà",
    "to_answer": "appelle une réponse",
    "paused": "décision en attente : service en pause",
    "clock_behind": "décision en attente : horloge en retard",
    "new_sim": "décision en attente : autre carte SIM",
    "undecided": "pas encore décidé",
    "flooder": "a écrit trop de messages entre-temps",
    "expired": "n'a pu partir à temps",
    "dropped": "retirée par l'exploitant",
}

EVENTS = {
    "flood_began": "début d'un afflux",
    "flood_ended": "fin d'un afflux",
    "limit_reached": "réponses retenues par une limite",
    "breaker": "réponses retenues après des refus du réseau",
    "storage_full": "mémoire de la SIM pleine",
    "storage_nearly_full": "mémoire de la SIM presque pleine",
    "disk_low": "disque presque plein",
    "modem_away": "modem inutilisable",
    "network_denied": "réseau refusant la SIM",
}

STATES = {
    "queued": "en attente",
    "submitting": "en cours d'envoi",
    "submitted": "partie",
    "refused": "refusée par le réseau",
    "partial": "partie en partie",
    "unknown": "sort inconnu",
    "dropped": "abandonnée",
}
