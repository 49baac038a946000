/**
 * Fields of the types of the Kubernetes API and their own types, one line a type; see types.ts for the notation.
 * Source: field names and types of kubernetes v1.36.3 (Apache-2.0), staging/src/k8s.io/api, types.go of each API group.
 */
export const GROUP_TYPES: Readonly<Record<string, string>> = {
  ControllerRevision: 'kind:string apiVersion:string metadata:ObjectMeta data:any revision:int64',
  DaemonSet: 'kind:string apiVersion:string metadata:ObjectMeta spec:DaemonSetSpec status:DaemonSetStatus',
  DaemonSetCondition:
    'type:$DaemonSetConditionType status:$ConditionStatus lastTransitionTime:Time reason:string message:string',
  DaemonSetSpec:
    'selector:LabelSelector template:PodTemplateSpec updateStrategy:DaemonSetUpdateStrategy minReadySeconds:int32 revisionHistoryLimit:int32',
  DaemonSetStatus:
    'currentNumberScheduled:int32 numberMisscheduled:int32 desiredNumberScheduled:int32 numberReady:int32 observedGeneration:int64 updatedNumberScheduled:int32 numberAvailable:int32 numberUnavailable:int32 collisionCount:int32 conditions:[]DaemonSetCondition',
  DaemonSetUpdateStrategy: 'type:$DaemonSetUpdateStrategyType rollingUpdate:RollingUpdateDaemonSet',
  Deployment: 'kind:string apiVersion:string metadata:ObjectMeta spec:DeploymentSpec status:DeploymentStatus',
  DeploymentCondition:
    'type:$DeploymentConditionType status:$ConditionStatus lastUpdateTime:Time lastTransitionTime:Time reason:string message:string',
  DeploymentSpec:
    'replicas:int32 selector:LabelSelector template:PodTemplateSpec strategy:DeploymentStrategy minReadySeconds:int32 revisionHistoryLimit:int32 paused:bool progressDeadlineSeconds:int32',
  DeploymentStatus:
    'observedGeneration:int64 replicas:int32 updatedReplicas:int32 readyReplicas:int32 availableReplicas:int32 unavailableReplicas:int32 terminatingReplicas:int32 conditions:[]DeploymentCondition collisionCount:int32',
  DeploymentStrategy: 'type:$DeploymentStrategyType rollingUpdate:RollingUpdateDeployment',
  ReplicaSet: 'kind:string apiVersion:string metadata:ObjectMeta spec:ReplicaSetSpec status:ReplicaSetStatus',
  ReplicaSetCondition:
    'type:$ReplicaSetConditionType status:$ConditionStatus lastTransitionTime:Time reason:string message:string',
  ReplicaSetSpec: 'replicas:int32 minReadySeconds:int32 selector:LabelSelector template:PodTemplateSpec',
  ReplicaSetStatus:
    'replicas:int32 fullyLabeledReplicas:int32 readyReplicas:int32 availableReplicas:int32 terminatingReplicas:int32 observedGeneration:int64 conditions:[]ReplicaSetCondition',
  RollingUpdateDaemonSet: 'maxUnavailable:IntOrString maxSurge:IntOrString',
  RollingUpdateDeployment: 'maxUnavailable:IntOrString maxSurge:IntOrString',
  RollingUpdateStatefulSetStrategy: 'partition:int32 maxUnavailable:IntOrString',
  StatefulSet: 'kind:string apiVersion:string metadata:ObjectMeta spec:StatefulSetSpec status:StatefulSetStatus',
  StatefulSetCondition:
    'type:$StatefulSetConditionType status:$ConditionStatus lastTransitionTime:Time reason:string message:string',
  StatefulSetOrdinals: 'start:int32',
  StatefulSetPersistentVolumeClaimRetentionPolicy:
    'whenDeleted:$PersistentVolumeClaimRetentionPolicyType whenScaled:$PersistentVolumeClaimRetentionPolicyType',
  StatefulSetSpec:
    'replicas:int32 selector:LabelSelector template:PodTemplateSpec volumeClaimTemplates:[]PersistentVolumeClaim serviceName:string podManagementPolicy:$PodManagementPolicyType updateStrategy:StatefulSetUpdateStrategy revisionHistoryLimit:int32 minReadySeconds:int32 persistentVolumeClaimRetentionPolicy:StatefulSetPersistentVolumeClaimRetentionPolicy ordinals:StatefulSetOrdinals',
  StatefulSetStatus:
    'observedGeneration:int64 replicas:int32 readyReplicas:int32 currentReplicas:int32 updatedReplicas:int32 currentRevision:string updateRevision:string collisionCount:int32 conditions:[]StatefulSetCondition availableReplicas:int32',
  StatefulSetUpdateStrategy: 'type:$StatefulSetUpdateStrategyType rollingUpdate:RollingUpdateStatefulSetStrategy',
  CrossVersionObjectReference: 'kind:string name:string apiVersion:string',
  HorizontalPodAutoscaler:
    'kind:string apiVersion:string metadata:ObjectMeta spec:HorizontalPodAutoscalerSpec status:HorizontalPodAutoscalerStatus',
  HorizontalPodAutoscalerSpec:
    'scaleTargetRef:CrossVersionObjectReference minReplicas:int32 maxReplicas:int32 targetCPUUtilizationPercentage:int32',
  HorizontalPodAutoscalerStatus:
    'observedGeneration:int64 lastScaleTime:Time currentReplicas:int32 desiredReplicas:int32 currentCPUUtilizationPercentage:int32',
  'v2.ContainerResourceMetricSource': 'name:$ResourceName target:v2.MetricTarget container:string',
  'v2.ContainerResourceMetricStatus': 'name:$ResourceName current:v2.MetricValueStatus container:string',
  'v2.CrossVersionObjectReference': 'kind:string name:string apiVersion:string',
  'v2.ExternalMetricSource': 'metric:v2.MetricIdentifier target:v2.MetricTarget',
  'v2.ExternalMetricStatus': 'metric:v2.MetricIdentifier current:v2.MetricValueStatus',
  'v2.HPAScalingPolicy': 'type:$v2.HPAScalingPolicyType value:int32 periodSeconds:int32',
  'v2.HPAScalingRules':
    'stabilizationWindowSeconds:int32 selectPolicy:$v2.ScalingPolicySelect policies:[]v2.HPAScalingPolicy tolerance:Quantity',
  'v2.HorizontalPodAutoscaler':
    'kind:string apiVersion:string metadata:ObjectMeta spec:v2.HorizontalPodAutoscalerSpec status:v2.HorizontalPodAutoscalerStatus',
  'v2.HorizontalPodAutoscalerBehavior': 'scaleUp:v2.HPAScalingRules scaleDown:v2.HPAScalingRules',
  'v2.HorizontalPodAutoscalerCondition':
    'type:$v2.HorizontalPodAutoscalerConditionType status:$ConditionStatus lastTransitionTime:Time reason:string message:string',
  'v2.HorizontalPodAutoscalerSpec':
    'scaleTargetRef:v2.CrossVersionObjectReference minReplicas:int32 maxReplicas:int32 metrics:[]v2.MetricSpec behavior:v2.HorizontalPodAutoscalerBehavior',
  'v2.HorizontalPodAutoscalerStatus':
    'observedGeneration:int64 lastScaleTime:Time currentReplicas:int32 desiredReplicas:int32 currentMetrics:[]v2.MetricStatus conditions:[]v2.HorizontalPodAutoscalerCondition',
  'v2.MetricIdentifier': 'name:string selector:LabelSelector',
  'v2.MetricSpec':
    'type:$v2.MetricSourceType object:v2.ObjectMetricSource pods:v2.PodsMetricSource resource:v2.ResourceMetricSource containerResource:v2.ContainerResourceMetricSource external:v2.ExternalMetricSource',
  'v2.MetricStatus':
    'type:$v2.MetricSourceType object:v2.ObjectMetricStatus pods:v2.PodsMetricStatus resource:v2.ResourceMetricStatus containerResource:v2.ContainerResourceMetricStatus external:v2.ExternalMetricStatus',
  'v2.MetricTarget': 'type:$v2.MetricTargetType value:Quantity averageValue:Quantity averageUtilization:int32',
  'v2.MetricValueStatus': 'value:Quantity averageValue:Quantity averageUtilization:int32',
  'v2.ObjectMetricSource':
    'describedObject:v2.CrossVersionObjectReference target:v2.MetricTarget metric:v2.MetricIdentifier',
  'v2.ObjectMetricStatus':
    'metric:v2.MetricIdentifier current:v2.MetricValueStatus describedObject:v2.CrossVersionObjectReference',
  'v2.PodsMetricSource': 'metric:v2.MetricIdentifier target:v2.MetricTarget',
  'v2.PodsMetricStatus': 'metric:v2.MetricIdentifier current:v2.MetricValueStatus',
  'v2.ResourceMetricSource': 'name:$ResourceName target:v2.MetricTarget',
  'v2.ResourceMetricStatus': 'name:$ResourceName current:v2.MetricValueStatus',
  CronJob: 'kind:string apiVersion:string metadata:ObjectMeta spec:CronJobSpec status:CronJobStatus',
  CronJobSpec:
    'schedule:string timeZone:string startingDeadlineSeconds:int64 concurrencyPolicy:$ConcurrencyPolicy suspend:bool jobTemplate:JobTemplateSpec successfulJobsHistoryLimit:int32 failedJobsHistoryLimit:int32',
  CronJobStatus: 'active:[]ObjectReference lastScheduleTime:Time lastSuccessfulTime:Time',
  Job: 'kind:string apiVersion:string metadata:ObjectMeta spec:JobSpec status:JobStatus',
  JobCondition:
    'type:$JobConditionType status:$ConditionStatus lastProbeTime:Time lastTransitionTime:Time reason:string message:string',
  JobSpec:
    'parallelism:int32 completions:int32 activeDeadlineSeconds:int64 podFailurePolicy:PodFailurePolicy successPolicy:SuccessPolicy backoffLimit:int32 backoffLimitPerIndex:int32 maxFailedIndexes:int32 selector:LabelSelector manualSelector:bool template:PodTemplateSpec ttlSecondsAfterFinished:int32 completionMode:$CompletionMode suspend:bool podReplacementPolicy:$PodReplacementPolicy managedBy:string',
  JobStatus:
    'conditions:[]JobCondition startTime:Time completionTime:Time active:int32 succeeded:int32 failed:int32 terminating:int32 completedIndexes:string failedIndexes:string uncountedTerminatedPods:UncountedTerminatedPods ready:int32',
  JobTemplateSpec: 'metadata:ObjectMeta spec:JobSpec',
  PodFailurePolicy: 'rules:[]PodFailurePolicyRule',
  PodFailurePolicyOnExitCodesRequirement:
    'containerName:string operator:$PodFailurePolicyOnExitCodesOperator values:[]int32',
  PodFailurePolicyOnPodConditionsPattern: 'type:$PodConditionType status:$ConditionStatus',
  PodFailurePolicyRule:
    'action:$PodFailurePolicyAction onExitCodes:PodFailurePolicyOnExitCodesRequirement onPodConditions:[]PodFailurePolicyOnPodConditionsPattern',
  SuccessPolicy: 'rules:[]SuccessPolicyRule',
  SuccessPolicyRule: 'succeededIndexes:string succeededCount:int32',
  UncountedTerminatedPods: 'succeeded:[]$types.UID failed:[]$types.UID',
  HTTPIngressPath: 'path:string pathType:$PathType backend:IngressBackend',
  HTTPIngressRuleValue: 'paths:[]HTTPIngressPath',
  IPBlock: 'cidr:string except:[]string',
  Ingress: 'kind:string apiVersion:string metadata:ObjectMeta spec:IngressSpec status:IngressStatus',
  IngressBackend: 'service:IngressServiceBackend resource:TypedLocalObjectReference',
  IngressClass: 'kind:string apiVersion:string metadata:ObjectMeta spec:IngressClassSpec',
  IngressClassParametersReference: 'apiGroup:string kind:string name:string scope:string namespace:string',
  IngressClassSpec: 'controller:string parameters:IngressClassParametersReference',
  IngressLoadBalancerIngress: 'ip:string hostname:string ports:[]IngressPortStatus',
  IngressLoadBalancerStatus: 'ingress:[]IngressLoadBalancerIngress',
  IngressPortStatus: 'port:int32 protocol:$Protocol error:string',
  IngressRule: 'host:string ...IngressRuleValue',
  IngressRuleValue: 'http:HTTPIngressRuleValue',
  IngressServiceBackend: 'name:string port:ServiceBackendPort',
  IngressSpec: 'ingressClassName:string defaultBackend:IngressBackend tls:[]IngressTLS rules:[]IngressRule',
  IngressStatus: 'loadBalancer:IngressLoadBalancerStatus',
  IngressTLS: 'hosts:[]string secretName:string',
  NetworkPolicy: 'kind:string apiVersion:string metadata:ObjectMeta spec:NetworkPolicySpec',
  NetworkPolicyEgressRule: 'ports:[]NetworkPolicyPort to:[]NetworkPolicyPeer',
  NetworkPolicyIngressRule: 'ports:[]NetworkPolicyPort from:[]NetworkPolicyPeer',
  NetworkPolicyPeer: 'podSelector:LabelSelector namespaceSelector:LabelSelector ipBlock:IPBlock',
  NetworkPolicyPort: 'protocol:$Protocol port:IntOrString endPort:int32',
  NetworkPolicySpec:
    'podSelector:LabelSelector ingress:[]NetworkPolicyIngressRule egress:[]NetworkPolicyEgressRule policyTypes:[]$PolicyType',
  ServiceBackendPort: 'name:string number:int32',
  PodDisruptionBudget:
    'kind:string apiVersion:string metadata:ObjectMeta spec:PodDisruptionBudgetSpec status:PodDisruptionBudgetStatus',
  PodDisruptionBudgetSpec:
    'minAvailable:IntOrString selector:LabelSelector maxUnavailable:IntOrString unhealthyPodEvictionPolicy:$UnhealthyPodEvictionPolicyType',
  PodDisruptionBudgetStatus:
    'observedGeneration:int64 disruptedPods:map:Time disruptionsAllowed:int32 currentHealthy:int32 desiredHealthy:int32 expectedPods:int32 conditions:[]Condition',
  AggregationRule: 'clusterRoleSelectors:[]LabelSelector',
  ClusterRole: 'kind:string apiVersion:string metadata:ObjectMeta rules:[]PolicyRule aggregationRule:AggregationRule',
  ClusterRoleBinding: 'kind:string apiVersion:string metadata:ObjectMeta subjects:[]Subject roleRef:RoleRef',
  PolicyRule: 'verbs:[]string apiGroups:[]string resources:[]string resourceNames:[]string nonResourceURLs:[]string',
  Role: 'kind:string apiVersion:string metadata:ObjectMeta rules:[]PolicyRule',
  RoleBinding: 'kind:string apiVersion:string metadata:ObjectMeta subjects:[]Subject roleRef:RoleRef',
  RoleRef: 'apiGroup:string kind:string name:string',
  Subject: 'kind:string apiGroup:string name:string namespace:string',
  CSIDriver: 'kind:string apiVersion:string metadata:ObjectMeta spec:CSIDriverSpec',
  CSIDriverSpec:
    'attachRequired:bool podInfoOnMount:bool volumeLifecycleModes:[]$VolumeLifecycleMode storageCapacity:bool fsGroupPolicy:$FSGroupPolicy tokenRequests:[]TokenRequest requiresRepublish:bool seLinuxMount:bool nodeAllocatableUpdatePeriodSeconds:int64 serviceAccountTokenInSecrets:bool preventPodSchedulingIfMissing:bool',
  CSINode: 'kind:string apiVersion:string metadata:ObjectMeta spec:CSINodeSpec',
  CSINodeDriver: 'name:string nodeID:string topologyKeys:[]string allocatable:VolumeNodeResources',
  CSINodeSpec: 'drivers:[]CSINodeDriver',
  CSIStorageCapacity:
    'kind:string apiVersion:string metadata:ObjectMeta nodeTopology:LabelSelector storageClassName:string capacity:Quantity maximumVolumeSize:Quantity',
  StorageClass:
    'kind:string apiVersion:string metadata:ObjectMeta provisioner:string parameters:map:string reclaimPolicy:$PersistentVolumeReclaimPolicy mountOptions:[]string allowVolumeExpansion:bool volumeBindingMode:$VolumeBindingMode allowedTopologies:[]TopologySelectorTerm',
  TokenRequest: 'audience:string expirationSeconds:int64',
  VolumeAttachment:
    'kind:string apiVersion:string metadata:ObjectMeta spec:VolumeAttachmentSpec status:VolumeAttachmentStatus',
  VolumeAttachmentSource: 'persistentVolumeName:string ...PersistentVolumeSpec',
  VolumeAttachmentSpec: 'attacher:string source:VolumeAttachmentSource nodeName:string',
  VolumeAttachmentStatus: 'attached:bool attachmentMetadata:map:string attachError:VolumeError detachError:VolumeError',
  VolumeError: 'time:Time message:string errorCode:int32',
  VolumeNodeResources: 'count:int32',
  PriorityClass:
    'kind:string apiVersion:string metadata:ObjectMeta value:int32 globalDefault:bool description:string preemptionPolicy:$PreemptionPolicy',
  Endpoint:
    'addresses:[]string conditions:EndpointConditions hostname:string targetRef:ObjectReference deprecatedTopology:map:string nodeName:string zone:string hints:EndpointHints',
  EndpointConditions: 'ready:bool serving:bool terminating:bool',
  EndpointHints: 'forZones:[]ForZone forNodes:[]ForNode',
  EndpointSlice:
    'kind:string apiVersion:string metadata:ObjectMeta addressType:$AddressType endpoints:[]Endpoint ports:[]discovery.EndpointPort',
  ForNode: 'name:string',
  ForZone: 'name:string',
  'discovery.EndpointPort': 'name:string protocol:$Protocol port:int32 appProtocol:string',
  Lease: 'kind:string apiVersion:string metadata:ObjectMeta spec:LeaseSpec',
  LeaseSpec:
    'holderIdentity:string leaseDurationSeconds:int32 acquireTime:MicroTime renewTime:MicroTime leaseTransitions:int32 strategy:$CoordinatedLeaseStrategy preferredHolder:string',
  Overhead: 'podFixed:map:Quantity$ResourceList',
  RuntimeClass:
    'kind:string apiVersion:string metadata:ObjectMeta handler:string overhead:Overhead scheduling:Scheduling',
  Scheduling: 'nodeSelector:map:string tolerations:[]Toleration',
};
