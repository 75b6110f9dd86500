import type {WorkerNode} from '../cluster/addressing.js'
import type {ClusterSpec} from '../cluster/spec.js'
import {releaseOf} from '../kubernetes/releases.js'
import type {NodeFile} from './bundle.js'
import {AFTER_API} from './haproxy.js'
import {executable} from './node-files.js'
import {PATHS} from './paths.js'
import {SANDBOX} from './sandbox.js'
import {systemdUnit, type UnitTemplate} from './systemd-unit.js'

/** Annotation of a node that was cordoned because its instance was taken back; its value is the instance's id. */
export const DRAINED_ANNOTATION = 'khw/drained-instance'

/** Seconds; as often as EC2's user guide recommends ("Spot Instance interruption notices"). */
const POLL = 5

/**
 * The script that drains a spot worker in the two minutes between EC2's notice and the end: it cordons its node and evicts
 * its pods, as far as their disruption budgets let it, so that they start elsewhere before they are lost. Whatever takes
 * the node's place, another machine under the same name, is made schedulable again by the same script when it starts.
 *
 * It has no rights but the kubelet's own: a node may change itself and evict the pods that are bound to it (Node
 * authorizer and NodeRestriction, Kubernetes reference). In Python, which every image with cloud-init has; standard
 * library only, from 3.9 on.
 */
export function spotDrainScript(spec: ClusterSpec, node: WorkerNode): NodeFile {
  const {evictionVersion} = releaseOf(spec.kubernetesVersion)
  return executable(
    PATHS.spotDrainScript,
    `#!/usr/bin/python3
# Drains this worker when EC2 takes its spot instance back. Made by khw.
import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request

NODE = "${node.name}"
METADATA = "http://169.254.169.254/latest/"
API = "https://127.0.0.1:6443"
CA = "${PATHS.ca.certificate}"
# What the kubelet is known by: it looks for them in the same order.
ROTATED = "${PATHS.kubeletRotated}"
CERTIFICATE, KEY = "${PATHS.kubeletClient.certificate}", "${PATHS.kubeletClient.privateKey}"
MARK = "${DRAINED_ANNOTATION}"
POLL = ${POLL}


def say(text):
    print(text, flush=True)


tls = ssl.create_default_context(cafile=CA)
# Neither is reached through a proxy.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=tls))


def send(method, url, headers=None, body=None):
    """The text of the answer; None if there is no such thing."""
    if url.startswith(API):
        # Anew each time: they rotate.
        tls.load_cert_chain(*((ROTATED,) if os.path.exists(ROTATED) else (CERTIFICATE, KEY)))
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers or {}, method=method)
    try:
        with opener.open(request, timeout=5) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise


def metadata(path):
    token = send("PUT", METADATA + "api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "60"})
    return send("GET", METADATA + "meta-data/" + path, {"X-aws-ec2-metadata-token": token or ""})


def change_node(annotation, unschedulable):
    change = {"metadata": {"annotations": {MARK: annotation}}, "spec": {"unschedulable": unschedulable}}
    headers = {"Content-Type": "application/strategic-merge-patch+json"}
    send("PATCH", API + "/api/v1/nodes/" + NODE, headers, change)


def node():
    text = send("GET", API + "/api/v1/nodes/" + NODE)
    return None if text is None else json.loads(text)


def take_over(instance):
    """What was cordoned for a machine that is gone is for use again: this is another one."""
    mark = ((node() or {}).get("metadata", {}).get("annotations") or {}).get(MARK)
    if mark is not None and mark != instance:
        change_node(None, None)
        say("in the place of " + mark + ": schedulable again")


def cordon(instance):
    """Somebody else's cordon stays somebody else's."""
    if not (node() or {}).get("spec", {}).get("unschedulable"):
        change_node(instance, True)
        say("cordoned")


def leavers():
    """The pods that have to go: not those that belong to the node, nor those that are going or done."""
    text = send("GET", API + "/api/v1/pods?fieldSelector=spec.nodeName%3D" + NODE)
    for pod in json.loads(text or "{}").get("items") or []:
        meta = pod["metadata"]
        owners = [owner["kind"] for owner in meta.get("ownerReferences") or [] if owner.get("controller")]
        mirrors = "kubernetes.io/config.mirror" in (meta.get("annotations") or {})
        done = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
        if "DaemonSet" not in owners and not mirrors and not done:
            yield meta["namespace"], meta["name"], "deletionTimestamp" in meta


def evict(namespace, name):
    """One that cannot be evicted now keeps none of the others: it has its turn again."""
    eviction = {"apiVersion": "${evictionVersion}", "kind": "Eviction", "metadata": {"name": name, "namespace": namespace}}
    url = API + "/api/v1/namespaces/" + namespace + "/pods/" + name + "/eviction"
    try:
        send("POST", url, {"Content-Type": "application/json"}, eviction)
        say("evicted " + namespace + "/" + name)
    except Exception as error:
        pod = namespace + "/" + name
        if isinstance(error, urllib.error.HTTPError) and error.code == 429:
            say("not yet: " + pod + " is all that its disruption budget allows")
        else:
            say("will try to evict " + pod + " again: %r" % error)


def drain(instance):
    """Whether no pod is left that has to go."""
    cordon(instance)
    left = list(leavers())
    for namespace, name, is_going in left:
        if not is_going:
            evict(namespace, name)
    return not left


def main():
    instance = None
    taken_over = noticed = drained = False
    while True:
        try:
            instance = instance or metadata("instance-id")
            if not taken_over:
                take_over(instance)
                taken_over = True
                if metadata("instance-life-cycle") != "spot":
                    say("not a spot instance: nobody takes it back")
                    sys.exit(0)
                say("waiting for a notice")
            notice = metadata("spot/instance-action")
            if notice is not None:
                if not noticed:
                    say("EC2 takes the instance back: " + notice)
                    noticed = True
                if not drained and drain(instance):
                    say("drained")
                    drained = True
        except Exception as error:
            say("will try again: %r" % error)
        time.sleep(1 if noticed and not drained else POLL)


main()
`,
  )
}

export function spotDrainUnit(): UnitTemplate {
  return systemdUnit({
    name: 'khw-spot-drain.service',
    unit: {Description: 'Draining before a spot instance ends', After: 'haproxy.service'},
    service: {
      ...AFTER_API,
      ExecStart: PATHS.spotDrainScript,
      Restart: 'on-failure',
      RestartSec: '1s',
      ...SANDBOX,
    },
    inputs: [PATHS.spotDrainScript, PATHS.ca.certificate],
    startNow: true,
  })
}
