import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes a chart with everything that charts have, and returns its folder. */
export function writeChart(parent: string): string {
  for (const [path, text] of Object.entries(files)) {
    const file = join(parent, 'harbour', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return join(parent, 'harbour');
}

/** Each hook leaves a Job behind that ran to its end. */
function hookJob(hook: string): string {
  return `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-${hook}-{{ .Release.Revision }}
  annotations:
    helm.sh/hook: ${hook}
    helm.sh/hook-weight: "1"
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  template:
    metadata: { annotations: { simulated.sampan.dev/run-seconds: "1" } }
    spec:
      restartPolicy: Never
      containers: [{ name: hook, image: hook:1 }]
`;
}

const files: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: harbour\nversion: 1.2.3\nappVersion: "7"\ntype: application\n',
  'values.yaml': 'replicas: 2\nimage: harbour:1\nnodeSelector: {}\nboats: 1\n',
  'crds/boats.yaml': `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: boats.harbour.example.com }
spec:
  group: harbour.example.com
  scope: Namespaced
  names: { plural: boats, singular: boat, kind: Boat }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: { type: object, properties: { length: { type: integer, minimum: 1 } } }
`,
  'templates/_helpers.tpl':
    '{{ define "labels" }}{ app.kubernetes.io/name: harbour, app.kubernetes.io/instance: {{ .Release.Name }} }{{ end }}\n',
  'templates/settings.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-settings
  labels: {{ include "labels" . }}
data:
  image: {{ .Values.image }}
  revision: {{ .Release.Revision | quote }}
  minor: {{ .Capabilities.KubeVersion.Minor | quote }}
  hasBoats: {{ .Capabilities.APIVersions.Has "harbour.example.com/v1/Boat" | quote }}
  namespace: {{ dig "metadata" "name" "unknown" (lookup "v1" "Namespace" "" "default") }}
`,
  'templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {{ include "labels" . }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: {{ include "labels" . }}
  template:
    metadata:
      labels: {{ include "labels" . }}
    spec:
      nodeSelector: {{ toJson .Values.nodeSelector }}
      terminationGracePeriodSeconds: 1
      containers:
        - name: harbour
          image: {{ .Values.image }}
          ports: [{ name: http, containerPort: 80 }]
`,
  'templates/service.yaml': `apiVersion: v1
kind: Service
metadata: { name: {{ .Release.Name }} }
spec:
  selector: {{ include "labels" . }}
  ports: [{ name: http, port: 80, targetPort: http }]
`,
  'templates/boats.yaml': `{{- range $index := until (int .Values.boats) }}
---
apiVersion: harbour.example.com/v1
kind: Boat
metadata: { name: {{ $.Release.Name }}-{{ $index }} }
spec: { length: {{ add $index 7 }} }
{{- end }}
`,
  'templates/rights.yaml': `apiVersion: v1
kind: ServiceAccount
metadata: { name: {{ .Release.Name }} }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: {{ .Release.Name }} }
rules: [{ apiGroups: [harbour.example.com], resources: [boats], verbs: [get, list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: {{ .Release.Name }} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ .Release.Name }} }
subjects: [{ kind: ServiceAccount, name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }} }]
`,
  'templates/pre-install.yaml': hookJob('pre-install'),
  'templates/post-install.yaml': hookJob('post-install'),
  'templates/pre-upgrade.yaml': hookJob('pre-upgrade'),
  'templates/post-rollback.yaml': hookJob('post-rollback'),
  'templates/tests/reach.yaml': `apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-reach
  annotations: { helm.sh/hook: test, simulated.sampan.dev/run-seconds: "1" }
spec:
  restartPolicy: Never
  containers: [{ name: reach, image: curl:1 }]
`,
};
