"""Every error this package raises, split by what the caller should do about it.

HeliconeOtelError
├── BadPayload              change the request; a retry fails the same way
│   ├── TooLarge            send less at once
│   └── UnsupportedEncoding use a content type or encoding the message names
├── NotFound                the thing asked for is not here
├── TookTooLong             ask for less at once
├── StoreUnavailable        the same request may succeed later
│   └── ReaderDied          send it again, but not at once: it may be what it died of
├── StoreUnusable           the database file cannot be used; a person must act
└── ConfigurationError      an option is wrong; the message names it
"""


class HeliconeOtelError(Exception):
    """The root of the tree; its text is written for the person who reads it."""


class BadPayload(HeliconeOtelError):
    """The sender must change the request; never retried."""


class TooLarge(BadPayload):
    """The sender must send less at once."""


class UnsupportedEncoding(BadPayload):
    """The content type or content encoding is not one of those the message names."""


class NotFound(HeliconeOtelError):
    """Nothing here has the id that was asked for."""


class TookTooLong(HeliconeOtelError):
    """The question was stopped; one about less is answered."""


class StoreUnavailable(HeliconeOtelError):
    """The same request may succeed later."""


class ReaderDied(StoreUnavailable):
    """The process that read the request is gone; another reads the next one."""


class StoreUnusable(HeliconeOtelError):
    """The database file is damaged, foreign or newer than this program; it is left untouched."""


class ConfigurationError(HeliconeOtelError):
    """An option has a value that cannot work; the message names the option and what it accepts."""
