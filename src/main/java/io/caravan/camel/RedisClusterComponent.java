package io.caravan.camel;

import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.SSLContextParametersAware;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.HealthCheckComponent;

/** Makes {@code redis-cluster:} endpoints. */
@Component(RedisClusterConstants.SCHEME)
public class RedisClusterComponent extends HealthCheckComponent implements SSLContextParametersAware {

    @Metadata(description = "What every endpoint of the component is told, unless its own options say otherwise")
    private RedisClusterConfiguration configuration = new RedisClusterConfiguration();

    @Metadata(
            label = "security",
            defaultValue = "false",
            description = "Whether endpoints without SSL context parameters of their own use the global ones")
    private boolean useGlobalSslContextParameters;

    public RedisClusterComponent() {}

    public RedisClusterComponent(CamelContext context) {
        super(context);
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        RedisClusterConfiguration copy = configuration.copy();
        copy.setNodes(remaining);
        var endpoint = new RedisClusterEndpoint(uri, this, copy);
        setProperties(endpoint, parameters);
        if (copy.getSslContextParameters() == null) {
            copy.setSslContextParameters(retrieveGlobalSslContextParameters());
        }
        return endpoint;
    }

    public RedisClusterConfiguration getConfiguration() {
        return configuration;
    }

    /** What every endpoint is told. */
    public void setConfiguration(RedisClusterConfiguration configuration) {
        this.configuration = configuration;
    }

    @Override
    public boolean isUseGlobalSslContextParameters() {
        return useGlobalSslContextParameters;
    }

    @Override
    public void setUseGlobalSslContextParameters(boolean useGlobalSslContextParameters) {
        this.useGlobalSslContextParameters = useGlobalSslContextParameters;
    }
}
