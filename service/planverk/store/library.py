"""Where an instance's releases are answered from: its own folder, or a SPARQL server."""

from collections.abc import Mapping

from planverk.instance import Instance, RemoteStore
from planverk.store.account import Account
from planverk.store.edition import Library
from planverk.store.federation import Federation
from planverk.store.frozen import FrozenLibrary
from planverk.store.hosted import HostedLibrary
from planverk.store.remote import Server


def library(instance: Instance, environment: Mapping[str, str]) -> Library:
    """The releases of an instance."""
    federation = Federation(instance.endpoints, instance.limits)
    if instance.store is None:
        return FrozenLibrary(instance.releases, instance.limits, federation)
    return HostedLibrary(server(instance.store, environment), instance.limits, instance.base, federation)


def server(store: RemoteStore, environment: Mapping[str, str]) -> Server:
    """The server of an instance, asked with the user and password in the environment, if there are any."""
    names = (store.user_variable or "", store.password_variable or "")
    known = [environment[name] for name in names if name in environment]
    return Server(store, Account(*known) if len(known) == len(names) else None)
