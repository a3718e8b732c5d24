package io.caravan.app;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.camel.support.jsse.KeyManagersParameters;
import org.apache.camel.support.jsse.KeyStoreParameters;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;
import org.jspecify.annotations.Nullable;

/**
 * Whom a command believes to be the process that runs the tasks: whoever shows the very certificate that {@code camel.ssl.keyStore} gives
 * that process, self-signed or not and whatever name is in it; else whoever {@code camel.ssl.trustStore} (without one, Java) trusts
 * by that name.
 *
 * <p>Immutable; used by the threads of Java's HTTP client.
 */
final class ManagementTrust extends X509ExtendedTrustManager {

    private final List<Certificate> own;
    private final X509ExtendedTrustManager others;

    private ManagementTrust(List<Certificate> own, X509ExtendedTrustManager others) {
        this.own = own;
        this.others = others;
    }

    /**
     * For a client, by what the process itself uses.
     *
     * @param parameters as {@code camel.ssl} describes them
     * @throws IOException if a store cannot be read
     * @throws GeneralSecurityException if a store cannot be opened: a wrong password, say
     */
    static SSLContext of(SSLContextParameters parameters) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new ManagementTrust(own(parameters), others(parameters))}, null);
        return context;
    }

    private static List<Certificate> own(SSLContextParameters parameters) throws IOException, GeneralSecurityException {
        KeyManagersParameters keys = parameters.getKeyManagers();
        KeyStoreParameters store = keys == null ? null : keys.getKeyStore();
        List<Certificate> own = new ArrayList<>();
        if (store != null) {
            KeyStore opened = store.createKeyStore();
            for (String alias : Collections.list(opened.aliases())) {
                if (opened.isKeyEntry(alias)) {
                    own.add(opened.getCertificate(alias));
                }
            }
        }
        return own;
    }

    private static X509ExtendedTrustManager others(SSLContextParameters parameters)
            throws IOException, GeneralSecurityException {
        TrustManagersParameters trusted = parameters.getTrustManagers();
        TrustManager[] managers;
        if (trusted == null) {
            TrustManagerFactory ofJava = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            ofJava.init((KeyStore) null);
            managers = ofJava.getTrustManagers();
        } else {
            managers = trusted.createTrustManagers();
        }
        for (TrustManager manager : managers) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return extended;
            }
        }
        throw new GeneralSecurityException("camel.ssl says nothing of whom to trust");
    }

    private boolean isOwn(X509Certificate[] chain) {
        return chain.length > 0 && own.contains(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
            throws CertificateException {
        if (!isOwn(chain)) {
            others.checkServerTrusted(chain, type, engine);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
            throws CertificateException {
        if (!isOwn(chain)) {
            others.checkServerTrusted(chain, type, socket);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        if (!isOwn(chain)) {
            others.checkServerTrusted(chain, type);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
            throws CertificateException {
        others.checkClientTrusted(chain, type, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
            throws CertificateException {
        others.checkClientTrusted(chain, type, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        others.checkClientTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return others.getAcceptedIssuers();
    }
}
