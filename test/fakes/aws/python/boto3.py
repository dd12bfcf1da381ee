"""As much of boto3 as the runbook's scripts use, over a fake service: each call is one POST to $FAKE_AWS."""

import json
import os
import urllib.error
import urllib.request


class ClientError(Exception):
    pass


def client(service):
    return _Client(service)


class _Client:
    def __init__(self, service):
        self._service = service

    def __getattr__(self, name):
        operation = "".join(part.capitalize() for part in name.split("_"))
        return lambda **arguments: self._call(operation, arguments)

    def get_paginator(self, name):
        return _Paginator(getattr(self, name))

    def _call(self, operation, arguments):
        request = urllib.request.Request(
            f"{os.environ['FAKE_AWS']}/{self._service}/{operation}", json.dumps(arguments).encode()
        )
        try:
            with urllib.request.urlopen(request) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            told = json.load(error)
            # modelled errors are classes of their own
            raise type(told["code"], (ClientError,), {})(f"{told['code']} when calling {operation}: {told['message']}")


class _Paginator:
    def __init__(self, call):
        self._call = call

    def paginate(self, **arguments):
        while True:
            page = self._call(**arguments)
            yield page
            if not page.get("NextToken"):
                return
            arguments = {**arguments, "NextToken": page["NextToken"]}
