"""Makes this process cheap to start and cheap to fork. Called before anything of boto or moto is imported.

Everything here is about time: botocore's service models are read once instead of once a session, moto's own look-ups
that read the disk on each request are kept, and moto is told not to load what no world here uses.
"""

import functools
import os
from typing import Any

OWN = {
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",  # seconds of JSON nobody here reads
    "MOTO_ACM_VALIDATION_WAIT": "0",
    "MOTO_DISABLE_GLOBAL_CORS": "1",
    "AWS_CONFIG_FILE": os.devnull,  # the developer's own profiles have no say in an embedded world
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
NOT_OURS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL", "MOTO_ACCOUNT_ID", "AWS_CA_BUNDLE")


@functools.cache
def prepare() -> None:
    """Set the environment, share one botocore loader, keep moto's look-ups. Once per process.

    The environment of the whole process is changed, so this belongs into a process that is a sandbox and nothing else.
    """
    os.environ.update(OWN)
    for name in NOT_OURS:
        os.environ.pop(name, None)
    _share_the_loader()
    _keep_look_ups()


def _share_the_loader() -> None:
    """One loader for botocore and moto. moto's knows a superset: botocore's models and moto's additions to them."""
    import botocore.loaders
    import botocore.session
    import moto.core.loaders
    import moto.core.utils

    loader = moto.core.loaders.create_loader()

    def shared(*_: Any, **__: Any) -> Any:
        return loader

    for module in (botocore.loaders, botocore.session, moto.core.loaders, moto.core.utils):
        vars(module)["create_loader"] = shared


def _keep_look_ups() -> None:
    import moto.backends
    import moto.core.config
    import moto.core.responses
    import moto.core.utils

    modules = tuple(moto.backends.list_of_moto_modules())  # moto asks the disk ~180 times for each request
    vars(moto.backends)["list_of_moto_modules"] = lambda: modules
    vars(moto.core.responses)["method_names_from_class"] = functools.cache(moto.core.utils.method_names_from_class)
    moto.core.config.default_user_config["lambda"] = {"use_docker": False}
