# The chat beside a broadcast.
chat-title = Chat
chat-seller = Seller
chat-more = Message menu
chat-report = Report
chat-delete = Delete
chat-mute-short = Mute for 10 minutes
chat-ban = Remove and ban
chat-connecting-again = The connection was lost. Connecting again…
chat-banned = The seller does not want you in this chat.
chat-skipped = You were away for long: older messages were left out.
chat-slow-on =
    { $seconds ->
        [one] One message a second
       *[other] One message every { $seconds } seconds
    }
chat-slow-off = No limit
chat-empty = No messages yet. Say hello!
chat-was-empty = There are no messages.
chat-newer = Newer messages
chat-log-in = Log in to chat
chat-say = Your message
chat-send = Send
chat-as-notice = Send as a notice
chat-ban-kind-mute = muted
chat-ban-kind-ban = banned
chat-error-log-in = You are not logged in any more. Please log in again and send it then.
chat-error-empty = Please write something.
chat-error-too-long = A message has at most { $max } characters.
chat-error-length = This message is too long.
chat-error-malformed = We did not understand that. Please reload the page.
chat-error-banned-word = This contains a word that is not wanted here.
chat-error-muted = You cannot write in this chat at the moment.
chat-error-too-fast = That was too fast. Please wait a moment.
chat-error-slow-mode =
    { $seconds ->
        [one] Slow mode is on: you can write again in { $seconds } second.
       *[other] Slow mode is on: you can write again in { $seconds } seconds.
    }
chat-error-closed = The broadcast is over and its chat is closed.
chat-error-unavailable = The message could not be sent. Please try again in a moment.
chat-error-socket-only = This address is only for the chat on a broadcast's page.
chat-error-own-seller = The seller of a broadcast cannot be muted in it.
chat-error-slow-range = Slow mode can be set from 0 to 300 seconds.
chat-error-word = Please enter a word of at most 60 characters, with letters or digits.
chat-error-words-full = You can ban at most 200 words.
flash-chat-sent = Your message was sent.
flash-chat-deleted = The message was deleted.
flash-chat-muted = This member can no longer write.
