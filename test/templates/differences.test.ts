import {expect} from 'chai'
import {parse} from 'yaml'
import {KhwError} from '../../src/errors.js'
import type {NodeBundle} from '../../src/templates/bundle.js'
import {fetchScript} from '../../src/templates/fetch-script.js'
import {bothOf, PATHS} from '../../src/templates/paths.js'
import {bundleOf, fileOf, SAMPLES, sampleCluster} from './sample-cluster.js'

const unit = (minor: string, node: string, name: string): string =>
  fileOf(bundleOf(sampleCluster(minor), node), `/etc/systemd/system/${name}.service`)
const kubelet = (minor: string): string => unit(minor, 'worker-1', 'kubelet')
const kubeletConfig = (minor: string): Record<string, unknown> =>
  parse(fileOf(bundleOf(sampleCluster(minor), 'worker-1'), PATHS.kubeletConfig)) as Record<string, unknown>
const containerd = (minor: string): string => fileOf(bundleOf(sampleCluster(minor), 'worker-1'), PATHS.containerdConfig)

describe('what differs between releases', () => {
  it('tells the 1.20 kubelet its runtime by flags, and by nothing else', () => {
    expect(kubelet('1.20')).to.include('--container-runtime=remote').and.include('--network-plugin=cni')
    expect(kubelet('1.20')).to.include('--container-runtime-endpoint=unix:///run/containerd/containerd.sock')
    expect(kubeletConfig('1.20')).not.to.have.any.keys('containerRuntimeEndpoint', 'failCgroupV1', 'seccompDefault')
  })

  for (const minor of ['1.28', '1.32', '1.34', '1.35', '1.36', '1.37']) {
    it(`gives the ${minor} kubelet no flag that was removed`, () => {
      const flags = [...kubelet(minor).matchAll(/ --([\w-]+)=/g)].map(match => match[1])
      expect(flags).to.deep.equal(['config', 'kubeconfig', 'node-ip', 'v'])
      expect(kubeletConfig(minor)).to.include({containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock'})
    })
  }

  it('lets kubelets that know cgroup v1 as a choice run on it', () => {
    expect(kubeletConfig('1.28')).not.to.have.property('failCgroupV1')
    for (const minor of ['1.32', '1.35', '1.36', '1.37']) expect(kubeletConfig(minor)).to.include({failCgroupV1: false})
  })

  it('has kube-proxy use nftables where that is stable, on nodes that have the program for it', () => {
    const mode = (minor: string): unknown =>
      (parse(fileOf(bundleOf(sampleCluster(minor), 'worker-1'), PATHS.kubeProxyConfig)) as {mode: unknown}).mode
    const packages = (minor: string): boolean =>
      / nft:nftables'/.test(fetchScript(sampleCluster(minor).artifacts, 'worker'))
    expect(['1.20', '1.32', '1.33', '1.37'].map(mode)).to.deep.equal(['iptables', 'iptables', 'nftables', 'nftables'])
    expect(['1.20', '1.32', '1.33', '1.37'].map(packages)).to.deep.equal([false, false, true, true])
    expect(fetchScript(sampleCluster('1.37').artifacts, 'controller')).not.to.include('nftables')
  })

  it("writes the configuration of the cluster's own containerd", () => {
    expect(containerd('1.28')).to.include('version = 2\n').and.include('  bin_dir = "/opt/cni/bin"\n')
    expect(containerd('1.34')).to.include('version = 3\n').and.include('  bin_dir = "/opt/cni/bin"\n')
    expect(containerd('1.28')).to.include('  sandbox_image = "registry.k8s.io/pause:3.10"\n')
    expect(containerd('1.36')).to.include('version = 3\n').and.include('  bin_dirs = ["/opt/cni/bin"]\n')
    expect(containerd('1.36')).to.include('  sandbox = "registry.k8s.io/pause:3.10"\n')
    expect(containerd('1.36')).not.to.include('io.containerd.grpc.v1.cri')
    for (const minor of Object.keys(SAMPLES)) {
      expect(containerd(minor)).to.include('  restrict_oom_score_adj = true\n').and.include('  SystemdCgroup = true\n')
    }
  })

  it('closes the insecure ports while they exist and never names the flag later', () => {
    for (const name of ['kube-controller-manager', 'kube-scheduler']) {
      expect(unit('1.20', 'controller-1', name)).to.include(' --port=0 ')
      expect(unit('1.28', 'controller-1', name)).not.to.include('--port=')
    }
  })

  it('asks etcd for TLS 1.3, or where it cannot, for suites with forward secrecy', () => {
    expect(unit('1.20', 'controller-1', 'etcd'))
      .to.include('--cipher-suites=TLS_ECDHE_')
      .and.not.include('--tls-min-version')
    expect(unit('1.28', 'controller-1', 'etcd'))
      .to.include('--tls-min-version=TLS1.3')
      .and.not.include('--cipher-suites')
    expect(unit('1.28', 'controller-1', 'etcd')).to.include('--enable-v2=false')
    expect(unit('1.36', 'controller-1', 'etcd'))
      .not.to.include('--enable-v2')
      .and.not.include('experimental')
  })
})

describe('a node', () => {
  const cluster = sampleCluster('1.36')

  it('is named in the etcd cluster as in its tag, and listens on its own address', () => {
    const text = fileOf(bundleOf(cluster, 'controller-3'), '/etc/systemd/system/etcd.service')
    expect(text).to.include('--name=controller-3').and.include('--listen-peer-urls=https://10.240.2.11:2380 ')
    expect(text).to.include(
      '--initial-cluster=controller-1=https://10.240.0.11:2380,controller-2=https://10.240.1.11:2380,controller-3=https://10.240.2.11:2380 ',
    )
  })

  it('has no plain HTTP but on loopback', () => {
    for (const node of [...cluster.controllers, ...cluster.workers]) {
      for (const file of bundleOf(cluster, node.name).files) {
        expect(file.content.match(/http:\/\/(?!127\.0\.0\.1:)\S+/g) ?? [], file.path).to.deep.equal([])
      }
    }
  })

  it('begins with another controller on each worker, and knows all', () => {
    const servers = cluster.workers.map(node =>
      [...fileOf(bundleOf(cluster, node.name), PATHS.haproxyConfig).matchAll(/^ {2}server (\S+)/gm)].map(
        match => match[1],
      ),
    )
    expect(servers.map(each => each[0])).to.deep.equal(['controller-1', 'controller-2', 'controller-3'])
    for (const each of servers) expect(each).to.have.members(['controller-1', 'controller-2', 'controller-3'])
  })

  it('gives its pods its own block and never masquerades between pods', () => {
    const bundle = bundleOf(cluster, 'worker-3')
    const cni = JSON.parse(fileOf(bundle, PATHS.cniConfig)) as {plugins: {ipMasq?: boolean; ipam?: unknown}[]}
    expect(cni.plugins[0]).to.deep.include({ipMasq: false})
    expect(cni.plugins[0]?.ipam).to.deep.include({ranges: [[{subnet: '10.200.3.0/24'}]]})
    const rules = fileOf(bundle, PATHS.podNetworkScript).match(/^nat -A KHW-POD-OUT .*$/gm) ?? []
    expect(rules[0], 'the resolver first').to.match(/-d 10\.240\.0\.2\/32 -j MASQUERADE$/)
    expect(rules.at(-1)).to.equal('nat -A KHW-POD-OUT -j MASQUERADE')
    for (const range of ['10.200.0.0/16', '10.240.0.0/16', '10.32.0.0/24']) {
      expect(rules).to.include(`nat -A KHW-POD-OUT -d ${range} -j RETURN`)
    }
  })

  it('lists as inputs of a unit files that it has, and leaves no configuration without a unit', () => {
    for (const name of ['controller-1', 'worker-1']) {
      const {files, units} = bundleOf(sampleCluster('1.20'), name)
      const paths = new Set(files.map(file => file.path))
      const inputs = new Set(units.flatMap(each => each.inputs))
      for (const input of inputs) if (!input.startsWith('/var/lib/khw/images/')) expect(paths).to.include(input)
      const unread = [...paths].filter(path => !inputs.has(path) && !path.startsWith('/etc/systemd/system/'))
      // Read by nobody who would have to be restarted: people, systemd at boot, CNI plugins at each call, containerd at
      // each pull, the check of the expiry at each run.
      const {expiresAt, adminConf, modulesLoad, cniConfig, anyRegistryHosts} = PATHS
      const expected = ['/etc/hosts', expiresAt, adminConf, modulesLoad, cniConfig, anyRegistryHosts]
      // What etcd reads at each handshake, the API server by itself when it changes, and etcdctl when it is called.
      const pairs = [PATHS.etcdHealthcheckClient, PATHS.etcdServer, PATHS.etcdPeer].flatMap(bothOf)
      const {apiserver, apiserverKubeletClient, apiserverEtcdClient, frontProxyClient} = PATHS
      const reread = [apiserver, apiserverKubeletClient, apiserverEtcdClient, frontProxyClient].map(
        ({certificate}) => certificate,
      )
      expect([...expected, ...pairs, ...reread, PATHS.frontProxyCa]).to.include.members(unread)
    }
  })

  it('keeps private what is private, and gives etcd only its own', () => {
    for (const name of ['controller-1', 'worker-1']) {
      for (const {path, content, mode, owner} of bundleOf(cluster, name).files) {
        if (/<(key|kubeconfig|encryption)/.test(content) || path.endsWith('.service'))
          expect(mode, path).to.equal(0o600)
        expect(owner, path).to.equal(path.startsWith('/etc/etcd/') ? 'etcd' : 'root')
      }
    }
  })

  it('imports images only where some came as archives, and then never collects any', () => {
    const worker = (images?: 'archives' | 'region'): NodeBundle =>
      bundleOf(sampleCluster('1.36', images && {images}), 'worker-1')
    const names = (bundle: NodeBundle): string[] => bundle.units.map(each => each.name)
    expect(names(worker('archives'))).to.include('khw-images.service')
    expect(fileOf(worker('archives'), PATHS.kubeletConfig)).to.include('imageGCHighThresholdPercent: 100')
    for (const bundle of [worker(), worker('region')]) {
      expect(names(bundle)).not.to.include('khw-images.service')
      expect(fileOf(bundle, PATHS.kubeletConfig)).not.to.include('imageGC')
    }
  })

  it("asks the region's registry for images where there is one, and only there", () => {
    const of = (minor: string, path: string): string =>
      fileOf(bundleOf(sampleCluster(minor, {images: 'region'}), 'worker-1'), path)
    const sections: [string, string][] = [
      ['1.20', 'io.containerd.grpc.v1.cri'],
      ['1.34', 'io.containerd.cri.v1.images'],
      ['1.36', 'io.containerd.cri.v1.images'],
    ]
    for (const [minor, plugin] of sections) {
      expect(of(minor, PATHS.containerdConfig)).to.include(
        `[plugins."${plugin}".registry]\n  config_path = "/etc/containerd/certs.d"\n`,
      )
      expect(of(minor, '/etc/containerd/certs.d/_default/hosts.toml')).to.include(
        '[host."http://169.254.169.252/v2/0123456789abcdef"]\n  capabilities = ["pull", "resolve"]\n  override_path = true\n',
      )
    }
    const {files} = bundleOf(sampleCluster('1.36'), 'worker-1')
    expect(files.filter(({path, content}) => /certs\.d/.test(path + content))).to.deep.equal([])
  })

  it('says which program the artifacts lack', () => {
    const lacking = {...cluster, artifacts: {...cluster.artifacts, artifacts: []}}
    expect(() => bundleOf(lacking, 'worker-1'))
      .to.throw(KhwError, /bring no containerd, which every worker runs/)
      .that.includes({code: 'ARTIFACT_MISSING'})
  })
})
